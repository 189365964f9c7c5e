"""What the inbox lets go of: what was nobody's is deleted, and of the rest the raw bytes are emptied.

They hold numbers and words of people, and nobody needs them for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from outbound.db.sqlite_write_lock import turn
from outbound.lifecycle import EventState
from outbound.models import WebhookEvent

PAGE_SIZE = 1_000
ROUND_SECONDS = 3_600.0
# A round goes on where the last one ended; now and then one begins at the oldest, for what was late.
FROM_THE_OLDEST_SECONDS = 7 * 86_400.0
TURN_SECONDS = 1.0
DELETED_AFTER, EMPTIED_AFTER = timedelta(days=30), timedelta(days=90)
AGES = {
    EventState.ORPHAN: DELETED_AFTER,
    EventState.COPY: DELETED_AFTER,
    EventState.UNREADABLE: DELETED_AFTER,
    EventState.APPLIED: EMPTIED_AFTER,
    EventState.IDLE: EMPTIED_AFTER,
}


class Purge:
    """Walks through what is old enough, one page at a look, since people's answers wait meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_at = self._oldest_at = clock()
        self._left: list[EventState] = []
        self._seen: dict[EventState, int] = {}

    def look(self) -> None:
        """Let go of one page, if a round is under way or due."""
        if not self._left and not self._begin():
            return
        state, now = self._left[-1], timezone.now()
        last = let_go(state, self._seen.get(state, 0), now)
        if last:
            self._seen[state] = last
        else:
            self._left.pop()

    def _begin(self) -> bool:
        now = self._clock()
        if now < self._next_at:
            return False
        self._next_at, self._left = now + ROUND_SECONDS, list(AGES)
        if now >= self._oldest_at:
            self._oldest_at, self._seen = now + FROM_THE_OLDEST_SECONDS, {}
        return True


def let_go(state: EventState, after: int, now: datetime) -> int:
    """Delete or empty the next page of events with ids above `after`; return its last id, 0 at the end."""
    events = WebhookEvent.objects.filter(state=state)
    page = events.filter(pk__gt=after).order_by("pk").values_list("pk", "received_at")[:PAGE_SIZE]
    old = [pk for pk, received_at in page if received_at < now - AGES[state]]
    if not old:
        return 0
    rows = events.filter(pk__in=old)  # and still so: somebody may teach its word meanwhile
    with turn(TURN_SECONDS), transaction.atomic():
        if AGES[state] == DELETED_AFTER:
            rows.only("pk").delete()
        else:
            rows.exclude(body=b"").update(body=b"")
    return old[-1]
