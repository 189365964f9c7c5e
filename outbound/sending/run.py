"""The loop: record what came back, claim as many as there are free slots, hand them to the pool."""

from __future__ import annotations

import logging
import random
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from outbound.gateways.zenvia.client import ZenviaClient
from outbound.lifecycle import CampaignStatus, IntegrationStatus, MessageStatus
from outbound.models import Message
from outbound.sending.claim import Claimed, claim
from outbound.sending.deliver import Delivered, deliver
from outbound.sending.record import record
from outbound.sending.recover import reap

logger = logging.getLogger(__name__)

# How long answers may gather before they are written together with the next claim.
GATHER_SECONDS = 0.02
# How soon and how late a sender with nothing to claim looks again, while it waits for a later try.
SHORTEST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.5


class Run:
    """One bounded run of a sender. Only the thread that calls `run()` touches the database."""

    def __init__(
        self, *, seconds: float, slots: int, stop: threading.Event | None = None, linger: bool = True
    ) -> None:
        """`linger` waits within `seconds` for messages that become due; `stop` ends it early."""
        self._linger = linger
        self._deadline = time.monotonic() + seconds
        self._slots = slots
        self._stop = stop or threading.Event()
        self._chance = random.Random()
        self._in_flight: set[Future[Delivered]] = set()
        self.sent = 0

    def run(self) -> int:
        """Send what is due until time is up or nothing is left; return how many requests were made.

        What is in flight at the end is waited for and recorded, so a run that was asked to stop
        leaves nothing in doubt.
        """
        reap(timezone.now())
        with ThreadPoolExecutor(self._slots) as pool, closing(ZenviaClient(self._slots)) as client:
            send = partial(deliver, client)
            finished: list[Delivered] = []
            while True:
                claimed = self._tick(finished)
                self._in_flight |= {pool.submit(send, one) for one in claimed}
                self.sent += len(claimed)
                if not self._in_flight and not self._worth_waiting():
                    return self.sent
                finished = self._gather()

    def _tick(self, finished: list[Delivered]) -> list[Claimed]:
        now = timezone.now()
        free = self._slots - len(self._in_flight) if self._may_claim() else 0
        if not finished and not free:
            return []
        with transaction.atomic(durable=True):
            record(finished, now, self._chance)
            return claim(free, now)

    def _may_claim(self) -> bool:
        return not self._stop.is_set() and time.monotonic() < self._deadline

    def _worth_waiting(self) -> bool:
        if not self._may_claim():
            return False
        due_at = next_due_at()
        seconds = (due_at - timezone.now()).total_seconds() if due_at else None
        # Something can be due although the last claim came back empty: it met only people who opted
        # out, or an integration without a token, and others stand behind them.
        patience = self._deadline - time.monotonic() if self._linger else 0.0
        if seconds is None or seconds > patience:
            return False
        self._stop.wait(min(max(seconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS))
        return True

    def _gather(self) -> list[Delivered]:
        if not self._in_flight:
            return []
        wait(self._in_flight, return_when=FIRST_COMPLETED)
        done, self._in_flight = wait(self._in_flight, timeout=GATHER_SECONDS)
        return [result for future in done if (result := _result(future)) is not None]


def next_due_at() -> datetime | None:
    """Return when the next message may go that neither campaign nor integration holds back."""
    found: datetime | None = Message.objects.filter(
        status=MessageStatus.QUEUED,
        campaign__status=CampaignStatus.RUNNING,
        integration__status=IntegrationStatus.ACTIVE,
    ).aggregate(soonest=Min("due_at"))["soonest"]
    return found


def _result(future: Future[Delivered]) -> Delivered | None:
    error = future.exception()
    if error is None:
        return future.result()
    # The attempt stays open, and recovery will call it unconfirmed: a fault of ours proves nothing
    # about what the gateway read.
    logger.error("A request failed in a way the client does not know: %s", type(error).__name__)
    return None
