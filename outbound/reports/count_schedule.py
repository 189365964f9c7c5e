"""When the worker counts: today over and over, older days as they need it, and never for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from django.utils import timezone

from outbound.reports import daily_counts

ROUND_SECONDS = 20.0
# One part counting and nineteen without: a day of a million messages is counted every half minute.
REST = 19


class Counting:
    """Counts one day at a look, since people's answers wait meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_at = clock()
        self._days: list[date] = []

    def look(self) -> None:
        """Count the next day, if it is time."""
        begun = self._clock()
        if begun < self._next_at:
            return
        self._next_at = begun + ROUND_SECONDS  # whatever happens
        now = timezone.now()
        self._days = self._days or daily_counts.due_days(now)
        daily_counts.recount(self._days.pop(0), now)
        rest = REST * (self._clock() - begun)
        self._next_at = self._clock() + (rest if self._days else max(rest, ROUND_SECONDS))
