"""The worker counts one day at a time, for a small part of its time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from outbound.models import SummaryDay
from outbound.reports import daily_counts
from outbound.reports.count_schedule import CountSchedule
from tests.builders import a_message

pytestmark = pytest.mark.django_db


class Clock:
    """Time that passes only while something is counted, and when a test says so."""

    def __init__(self, cost: float, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.counted = 0.0, list[date]()
        monkeypatch.setattr(daily_counts, "recount", self._recount)
        self._cost = cost

    def __call__(self) -> float:
        return self.now

    def _recount(self, day: date, _now: object) -> None:
        self.now += self._cost
        self.counted.append(day)


def looks(counting: CountSchedule, clock: Clock, seconds: float) -> None:
    end = clock.now + seconds
    while clock.now < end:
        counting.run_due()
        clock.now += 0.5


def test_today_is_counted_three_times_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(0.01, monkeypatch)

    looks(CountSchedule(clock), clock, seconds=59)

    assert len(clock.counted) == 3


def test_counting_takes_at_most_a_twentieth_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(3.0, monkeypatch)

    looks(CountSchedule(clock), clock, seconds=600)

    assert len(clock.counted) * 3.0 / clock.now <= 0.055


def test_older_days_alternate_with_today(monkeypatch: pytest.MonkeyPatch) -> None:
    a_message(created_at=timezone.now() - timedelta(days=2))
    clock = Clock(0.1, monkeypatch)
    today = timezone.localdate()

    looks(CountSchedule(clock), clock, seconds=10)

    assert clock.counted == [today, today - timedelta(days=1), today - timedelta(days=2)]
    assert SummaryDay.objects.count() == 2
