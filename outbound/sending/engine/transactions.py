"""The sender's transactions: results, claims and housekeeping, repeated where the database fails."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from outbound.db.retry import retry
from outbound.db.sqlite_write_lock import write_lock
from outbound.sending import heartbeat
from outbound.sending.engine import recover
from outbound.sending.engine.claim import ClaimResult, claim
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.record import record
from outbound.sending.installation.restore_guard import RestoreGuard

Result = TypeVar("Result")
FreeSlots = Callable[[int], int]
logger = logging.getLogger(__name__)
HOUSEKEEPING_SECONDS = 5.0
LOCK_SECONDS = 0.5


class Transactions:
    """Everything that a sender asks of the database."""

    def __init__(self) -> None:
        self._rng = random.Random()
        self._unhealthy: set[int] = set()
        self._guard = RestoreGuard()
        self._is_working = True
        self._kept_at = 0.0

    def write(
        self, results: list[Delivered], free_slots: FreeSlots | None
    ) -> tuple[set[int], ClaimResult | None]:
        """Record `results` and, given `free_slots`, claim more; return the integrations held and the claim.

        Where that fails, the results are recorded alone, so that a failing claim never costs a result.
        """
        try:
            written = self._write(results, free_slots)
            self._is_working = True
            return written
        except DatabaseError as error:
            self._reconnect(error)
        return self._retry(lambda: self._write(results, None))

    def _write(
        self, results: list[Delivered], free_slots: FreeSlots | None
    ) -> tuple[set[int], ClaimResult | None]:
        with write_lock(LOCK_SECONDS), transaction.atomic(durable=True):
            now = timezone.now()  # within the transaction, which may have waited for the lock
            held_back = record(results, now, self._rng, self._unhealthy)
            found = claim(free_slots, now) if free_slots else None
        if found:
            self._unhealthy = (self._unhealthy - set(found.credentials)) | found.unhealthy
        return held_back, found

    def record(self, results: list[Delivered]) -> None:
        """Record `results` at the end of a run."""
        self._retry(lambda: self._write(results, None))

    def write_ahead(self, highest_attempt: int) -> bool:
        """Write the highest attempt outside the database; return whether its requests may be made."""
        return self._retry(lambda: self._guard.write_ahead(highest_attempt, timezone.now()))

    def keep_house(self, is_moving: Callable[[], bool], *, every: float | None = None) -> bool:
        """Beat, recover and tidy if it is time; return whether the sender may go on.

        There is no heartbeat where claims fail, or where `is_moving` says that nothing has come back.
        """
        if time.monotonic() - self._kept_at < (HOUSEKEEPING_SECONDS if every is None else every):
            return True

        def keep() -> bool:
            now = timezone.now()
            may_go_on = self._guard.check(now)
            if self._is_working and is_moving():
                heartbeat.beat(now)
            recover.reap(now)
            recover.tidy(now)
            return may_go_on

        may_go_on = self._retry(keep)
        self._kept_at = time.monotonic()
        return may_go_on

    def _retry(self, work: Callable[[], Result]) -> Result:
        return retry(work, self._reconnect)

    def _reconnect(self, error: DatabaseError) -> None:
        """Close the connection that failed, and do the housekeeping before the next claim."""
        logger.warning("The database did not take a step of the sender: %s", type(error).__name__)
        self._is_working, self._kept_at = False, 0.0
        connection.close()
        if isinstance(error, IntegrityError):
            recover.set_aside(timezone.now())
