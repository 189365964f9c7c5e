"""The loop: record what came back, claim as many as there are free slots, hand them to the pool."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from outbound import failpoints, heartbeat
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sending import identity, lanes, recover
from outbound.sending.claim import Harvest, claim
from outbound.sending.deliver import Delivered
from outbound.sending.pool import Pool
from outbound.sending.record import record

Result = TypeVar("Result")
logger = logging.getLogger(__name__)

# How long answers may gather before they are written together with the next claim; within that, until a
# good part of the rows that stand ready are used up, so that no thread runs dry.
SHORTEST_GATHER_SECONDS = 0.002
LONGEST_GATHER_SECONDS = 0.1
GOOD_PART = 0.85
SMOOTHING = 0.2
# The least time between two transactions: others have to get their turn to write, above all in SQLite,
# where whoever waits only looks now and then. Where rows are scarce a trickle is not worth an fsync each.
BREATH_SECONDS = 0.01
TRICKLE_SECONDS = 0.025
# How soon and how late a sender with nothing to claim looks again.
SHORTEST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.5
HOUSEKEEPING_SECONDS = 5.0
# How long a database is waited for after a first failure; what is in hand is then left to recovery.
RETRY_SECONDS = 30.0
NEARLY_OVER_SECONDS = 1.0
# How long rows that stand ready may still begin when the time is up.
GRACE_SECONDS = 5.0


class Run:
    """One bounded run of a sender. Only the thread that calls `run()` touches the database."""

    def __init__(
        self,
        *,
        seconds: float,
        slots: int,
        stop: threading.Event | None = None,
        linger: bool = True,
        nearly_over: Callable[[], None] | None = None,
    ) -> None:
        """`linger` waits within `seconds` for messages that become due; `stop` ends it early.

        `slots` is how many rows are held at once for each integration, half of them in flight.
        `nearly_over` is called once, a moment before the time is up, if there is still work.
        """
        self._linger = linger
        self._deadline = time.monotonic() + seconds
        self._slots = slots
        self._connections = max(1, slots // 2)
        self._stop = stop or threading.Event()
        self._nearly_over = nearly_over
        self._chance = random.Random()
        self._finished: list[Delivered] = []
        self._uneasy: set[int] = set()
        self._interval = SHORTEST_GATHER_SECONDS
        self._took = self._rate = 0.0  # of a transaction; of answers a second in the busiest lane
        self._claim_at = self._ticked_at = self._kept_house_at = 0.0
        self._is_scarce = False
        self.sent = 0

    def run(self) -> int:
        """Send what is due until time is up or nothing is left; return how many requests were made.

        What is in flight at the end is waited for and recorded, so a run that was asked to stop
        leaves nothing in doubt.
        """
        if not identity.agrees(timezone.now()):
            return 0
        with (
            closing(ZenviaClient(self._connections)) as client,
            closing(Pool(client, self._connections)) as self._pool,
        ):
            self._loop()
        self._keep_house(0)
        return self.sent

    def _loop(self) -> None:
        while True:
            self._tick()
            if self._pool.is_empty and not self._finished and not self._worth_waiting():
                return
            self._gather()

    # -- one turn ----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._keep_house(HOUSEKEEPING_SECONDS)
        if self._stop.is_set() or time.monotonic() > self._deadline + GRACE_SECONDS:
            self._withdraw(None)
        wants = self._may_claim() and (bool(self._finished) or time.monotonic() >= self._claim_at)
        if not self._finished and not wants:
            return
        finished, self._finished = self._finished, []
        began_at = time.monotonic()
        held_back, harvest = self._patiently(lambda: self._write(finished, wants))
        self._adapt(finished, began_at)
        if finished:
            failpoints.reach(failpoints.AFTER_RECORD)
        if harvest:
            self._take_up(harvest)
        self._withdraw(held_back)

    def _write(self, finished: list[Delivered], wants: bool) -> tuple[set[int], Harvest | None]:
        now = timezone.now()
        with transaction.atomic(durable=True):
            held_back = record(finished, now, self._chance, self._uneasy)
            return held_back, claim(self._free, now) if wants else None

    def _take_up(self, harvest: Harvest) -> None:
        if harvest.claimed:
            failpoints.reach(failpoints.AFTER_CLAIM)
        self._uneasy = (self._uneasy | harvest.uneasy) - harvest.calm
        self._pool.hand(harvest.claimed)
        self.sent += len(harvest.claimed)
        lanes_held = {one.integration_id for one in harvest.claimed}
        self._is_scarce = not any(self._free(pk) == 0 for pk in lanes_held)
        wait = LONGEST_PAUSE_SECONDS  # each answer that comes in makes for another claim anyway
        if harvest.next_at:
            wait = min(wait, (harvest.next_at - timezone.now()).total_seconds())
        self._claim_at = time.monotonic() + wait

    def _withdraw(self, integration_ids: Iterable[int] | None) -> None:
        taken_back = self._pool.withdraw(integration_ids)
        self.sent -= len(taken_back)
        self._finished += taken_back

    def _free(self, integration_id: int) -> int:
        return self._slots - self._pool.held(integration_id)

    def _may_claim(self) -> bool:
        return not self._stop.is_set() and time.monotonic() < self._deadline

    # -- waiting -----------------------------------------------------------------------------------------

    def _gather(self) -> None:
        """Wait for answers: until a thread runs dry, or enough will have come, or a claim is due."""
        if self._finished:
            return
        if self._may_claim():
            until_claim = self._claim_at - time.monotonic()
            timeout = max(0.0, min(self._interval, until_claim)) if self._is_scarce else self._interval
        else:
            timeout = self._interval
        self._pool.hungry.wait(timeout)
        self._pool.hungry.clear()
        pause = TRICKLE_SECONDS if self._is_scarce else BREATH_SECONDS
        if (early := self._ticked_at + pause - time.monotonic()) > 0:
            time.sleep(early)
        self._finished += self._pool.take()
        self._call_nearly_over()

    def _adapt(self, finished: list[Delivered], began_at: float) -> None:
        """Gather for as long as the rows that stand ready will last, less what a transaction takes."""
        now = time.monotonic()
        took, cycle, self._ticked_at = now - began_at, now - self._ticked_at, now
        by_lane = Counter(one.claimed.integration_id for one in finished)
        # Smoothed, because answers come in waves where many requests began together.
        self._took += SMOOTHING * (took - self._took)
        self._rate += SMOOTHING * (max(by_lane.values(), default=0) / cycle - self._rate)
        lasts = self._connections / max(self._rate, 1.0)
        wanted = GOOD_PART * lasts - 1.5 * self._took
        self._interval = min(LONGEST_GATHER_SECONDS, max(SHORTEST_GATHER_SECONDS, wanted))

    def _worth_waiting(self) -> bool:
        if not self._may_claim():
            return False
        moment = lanes.next_moment(timezone.now())
        seconds = (moment - timezone.now()).total_seconds() if moment else None
        # Something can be due although the last claim came back empty: it met only people who opted
        # out, or an integration without a token, and others stand behind them.
        patience = self._deadline - time.monotonic() if self._linger else 0.0
        if seconds is None or seconds > patience:
            return False
        self._stop.wait(min(max(seconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS))
        self._claim_at = 0.0
        return True

    def _call_nearly_over(self) -> None:
        if self._nearly_over and time.monotonic() > self._deadline - NEARLY_OVER_SECONDS:
            self._nearly_over()
            self._nearly_over = None

    # -- the database ------------------------------------------------------------------------------------

    def _keep_house(self, every: float) -> None:
        if time.monotonic() - self._kept_house_at < every:
            return

        def keep() -> None:
            now = timezone.now()
            heartbeat.beat(now)
            identity.remember()
            recover.reap(now)
            recover.tidy(now)

        self._patiently(keep)
        self._kept_house_at = time.monotonic()

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """Do `work`, again where the database was away for a while: nothing of it was committed then,
        or writing it a second time changes nothing."""
        deadline, pause = 0.0, 0.1
        while True:
            try:
                return work()
            except DatabaseError as error:
                deadline = deadline or time.monotonic() + RETRY_SECONDS
                if time.monotonic() > deadline:
                    raise
                logger.warning("The database did not take a step of the sender: %s", type(error).__name__)
                connection.close()
                if isinstance(error, IntegrityError):
                    recover.set_aside(timezone.now())
            time.sleep(pause)
            pause = min(2.0, 2 * pause)
