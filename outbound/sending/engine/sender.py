"""The loop: record what came back, claim as many as there are free slots, hand them to the pool."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Container, Iterable
from contextlib import closing
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from outbound import failpoints
from outbound.db.retry import patiently
from outbound.db.sqlite_write_lock import turn
from outbound.gateways import gateway
from outbound.sending import heartbeat
from outbound.sending.engine import recover
from outbound.sending.engine.batching import Rhythm
from outbound.sending.engine.claim import Harvest, claim
from outbound.sending.engine.concurrency import Widths
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.pool import Pool, unbegun
from outbound.sending.engine.record import record
from outbound.sending.installation import clone_guard
from outbound.sending.installation.restore_guard import RestoreGuard
from outbound.sending.limits import eligible

Result = TypeVar("Result")
logger = logging.getLogger(__name__)
# How soon and how late a sender with nothing to claim looks again.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 0.5
HOUSEKEEPING_SECONDS = 5.0
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
        """`slots` rows are held at once for each integration, half of them in flight.

        `linger` waits within `seconds` for messages that become due; `stop` ends it early. `nearly_over`
        is called once, a moment before the time is up, if there is still work.
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
        self._doors: dict[int, tuple[str, str]] = {}
        self._is_well = True
        self._guard = RestoreGuard()
        self._rhythm, self._widths = Rhythm(), Widths(self._connections)
        self._claim_at = self._kept_house_at = 0.0
        self.sent = 0

    def run(self) -> int:
        """Send what is due until time is up or nothing is left; return how many requests were tried.

        What is in flight at the end is waited for and recorded: being asked to stop leaves no doubt.
        """
        if not clone_guard.agrees(timezone.now()):
            return 0
        with closing(gateway.open_client(self._connections)) as client:
            self._pool = Pool(client, self._widths)
            try:
                self._loop()
            finally:
                self._finish()
        self._keep_house(0)
        return self.sent

    def _loop(self) -> None:
        while True:
            self._tick()
            if self._pool.is_empty and not self._finished and not self._worth_waiting():
                return
            self._gather()

    def _finish(self) -> None:
        """Wait for what is in flight and write it down; after a good end there is nothing left to do."""
        self._withdraw()
        self._pool.close()
        self._finished += self._pool.take()
        if self._finished:
            self._write(self._finished, wants=False)

    # -- one turn ----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._keep_house(HOUSEKEEPING_SECONDS)
        if self._stop.is_set() or time.monotonic() > self._deadline + GRACE_SECONDS:
            self._withdraw()
        wants = self._may_claim() and (bool(self._finished) or time.monotonic() >= self._claim_at)
        if not self._finished and not wants:
            return
        began_at, finished = time.monotonic(), self._finished
        held_back, harvest = self._write_patiently(wants)
        self._finished = self._finished[len(finished) :]
        whose = [one.claimed.integration_id for one in finished]
        self._widths.beat(whose)
        self._rhythm.beat(began_at, whose, self._slots - self._widths.widest(whose))
        if finished:
            failpoints.reach(failpoints.AFTER_RECORD)
        if harvest:
            self._take_up(harvest)
        self._withdraw(held_back)

    def _write_patiently(self, wants: bool) -> tuple[set[int], Harvest | None]:
        """Write; where that fails, the answers alone, so that no claim can ever cost them."""
        try:
            written = self._write(self._finished, wants)
            self._is_well = True
            return written
        except DatabaseError as error:
            self._lose(error)
        self._claim_at = time.monotonic() + LONGEST_PAUSE_SECONDS
        return self._patiently(lambda: self._write(self._finished, wants=False))

    def _write(self, finished: list[Delivered], wants: bool) -> tuple[set[int], Harvest | None]:
        with turn(LONGEST_PAUSE_SECONDS), transaction.atomic(durable=True):
            now = timezone.now()  # within: to get its turn may have taken a while
            held_back = record(finished, now, self._chance, self._uneasy)
            return held_back, claim(self._free, now) if wants else None

    def _take_up(self, harvest: Harvest) -> None:
        if harvest.claimed:
            failpoints.reach(failpoints.AFTER_CLAIM)
        self._uneasy = (self._uneasy - set(harvest.doors)) | harvest.uneasy
        self._drop_what_changed(harvest)
        if harvest.claimed and not self._may_go(harvest.highest_attempt):
            self._finished += map(unbegun, harvest.claimed)
            self._stop.set()
            return
        self._pool.hand(harvest.claimed)
        self.sent += len(harvest.claimed)
        self._rhythm.is_scarce = not any(self._free(one.integration_id) == 0 for one in harvest.claimed)
        wait = LONGEST_PAUSE_SECONDS  # each answer that comes in makes for another claim anyway
        if harvest.next_at:
            wait = min(wait, (harvest.next_at - timezone.now()).total_seconds())
        self._claim_at = time.monotonic() + wait

    def _may_go(self, opened: int) -> bool:
        return self._patiently(lambda: self._guard.write_ahead(opened, timezone.now()))

    def _drop_what_changed(self, harvest: Harvest) -> None:
        """Take back what stands ready under an old token or address, or of a send that no longer runs."""
        moved = {pk for pk, door in harvest.doors.items() if self._doors.get(pk, door) != door}
        self._doors.update(harvest.doors)
        self._withdraw(moved)
        silent = self._pool.campaigns - harvest.campaigns
        if silent and (held_back := silent - eligible.still_running(silent)):
            self._withdraw(None, held_back)

    def _withdraw(self, pks: Iterable[int] | None = None, sends: Container[int] | None = None) -> None:
        taken_back = self._pool.withdraw(pks, sends)
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
        until_claim = self._claim_at - time.monotonic() if self._may_claim() else None
        self._pool.hungry.wait(self._rhythm.gather_seconds(until_claim))
        self._pool.hungry.clear()
        time.sleep(self._rhythm.breath_seconds())
        self._finished += self._pool.take()
        self._call_nearly_over()

    def _worth_waiting(self) -> bool:
        if not self._may_claim():
            return False
        moment = eligible.next_moment(timezone.now())
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
            call, self._nearly_over = self._nearly_over, None
            try:
                call()
            except Exception as error:  # noqa: BLE001 - a lost wake-up costs time, and nothing else
                logger.warning("The next run could not be called for: %s", type(error).__name__)

    # -- the database ------------------------------------------------------------------------------------

    def _keep_house(self, every: float) -> None:
        if time.monotonic() - self._kept_house_at < every:
            return

        def keep() -> None:
            now = timezone.now()
            if not self._guard.look(now):
                self._stop.set()
            if self._is_well and self._pool.moves():  # whoever cannot claim, or is stuck, has to be missed
                heartbeat.beat(now)
            recover.reap(now)
            recover.tidy(now)

        self._patiently(keep)
        self._kept_house_at = time.monotonic()

    def _patiently(self, work: Callable[[], Result]) -> Result:
        return patiently(work, self._lose)

    def _lose(self, error: DatabaseError) -> None:
        """Part with a connection that failed, and look around before the next claim."""
        logger.warning("The database did not take a step of the sender: %s", type(error).__name__)
        self._is_well, self._kept_house_at = False, 0.0
        connection.close()
        if isinstance(error, IntegrityError):
            recover.set_aside(timezone.now())
