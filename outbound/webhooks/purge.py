"""Deletes events that had no effect and empties the bodies of old ones, since they hold personal data.

`console/OPERATIONS.md`, "What comes back: the webhook", states these periods.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import EventState
from outbound.models import WebhookEvent

BATCH_SIZE = 1_000
INTERVAL_SECONDS = 3_600.0
# A run continues where the last one ended; now and then one starts at the oldest event.
RESTART_SECONDS = 7 * 86_400.0
LOCK_WAIT_SECONDS = 1.0
DELETED_AFTER, EMPTIED_AFTER = timedelta(days=30), timedelta(days=90)
AGES = {
    EventState.ORPHAN: DELETED_AFTER,
    EventState.COPY: DELETED_AFTER,
    EventState.UNREADABLE: DELETED_AFTER,
    EventState.APPLIED: EMPTIED_AFTER,
    EventState.IDLE: EMPTIED_AFTER,
}


class Purge:
    """Purges old events state by state, one batch at a time, since new events wait meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_at = self._restart_at = clock()
        self._states_left: list[EventState] = []
        self._last_ids: dict[EventState, int] = {}

    def run_due(self) -> None:
        """Purge one batch, if a run is under way or due."""
        if not self._states_left and not self._start():
            return
        state, now = self._states_left[-1], timezone.now()
        last = purge_batch(state, self._last_ids.get(state, 0), now)
        if last:
            self._last_ids[state] = last
        else:
            self._states_left.pop()

    def _start(self) -> bool:
        now = self._clock()
        if now < self._next_at:
            return False
        self._next_at, self._states_left = now + INTERVAL_SECONDS, list(AGES)
        if now >= self._restart_at:
            self._restart_at, self._last_ids = now + RESTART_SECONDS, {}
        return True


def purge_batch(state: EventState, after: int, now: datetime) -> int:
    """Delete or empty the next batch of events with ids above `after`; return its last id, 0 at the end."""
    events = WebhookEvent.objects.filter(state=state)
    batch = events.filter(pk__gt=after).order_by("pk").values_list("pk", "received_at")[:BATCH_SIZE]
    old = [pk for pk, received_at in batch if received_at < now - AGES[state]]
    if not old:
        return 0
    rows = events.filter(pk__in=old)  # still in that state: a word may have been taught meanwhile
    with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
        if AGES[state] == DELETED_AFTER:
            rows.only("pk").delete()
        else:
            rows.exclude(body=b"").update(body=b"")
    return old[-1]
