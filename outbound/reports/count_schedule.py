"""Schedules the worker's counting of days: today again and again, older days when they need it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from django.utils import timezone

from outbound.reports import daily_counts

ROUND_SECONDS = 20.0
# For each second of counting, seconds without: a day of a million messages is counted every half minute.
REST_FACTOR = 19


class CountSchedule:
    """Counts one day at a time, since the webhook events wait meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_at = clock()
        self._days: list[date] = []

    def run_due(self) -> None:
        """Count the next day if it is due."""
        started = self._clock()
        if started < self._next_at:
            return
        self._next_at = started + ROUND_SECONDS  # also after an error
        now = timezone.now()
        self._days = self._days or daily_counts.due_days(now)
        daily_counts.recount(self._days.pop(0), now)
        rest = REST_FACTOR * (self._clock() - started)
        self._next_at = self._clock() + (rest if self._days else max(rest, ROUND_SECONDS))
