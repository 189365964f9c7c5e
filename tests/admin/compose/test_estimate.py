"""Estimates of when a send ends, across hours, days and clock changes."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from outbound.admin.compose.estimate import estimate
from outbound.lifecycle import Hold
from outbound.models import Integration, Throttle
from outbound.sending.limits.rate_limit import within_hours

DAY = {"opens_at": time(8), "closes_at": time(18)}
MINUTE = timedelta(minutes=1)
NIGHT = {"opens_at": time(22), "closes_at": time(6)}


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a local moment of November 2026."""
    return timezone.make_aware(datetime(2026, 11, day, hour, minute, second))


def an_integration(throttle: Throttle | None = None, **limits: Any) -> Integration:
    integration = Integration(**limits)
    integration.throttle = throttle or Throttle()
    return integration


@pytest.mark.parametrize(
    ("limits", "count", "start", "begins", "ends"),
    [
        ({}, 1000, at(25, 12), at(25, 12), at(25, 12)),
        ({"per_second": 10}, 600, at(25, 12), at(25, 12), at(25, 12, 1)),
        (DAY, 1000, at(25, 12), at(25, 12), at(25, 12)),
        (DAY, 1000, at(25, 7), at(25, 8), at(25, 8)),
        (DAY, 1000, at(25, 18), at(26, 8), at(26, 8)),
        # One hour is left of this day; the rest follows in the morning.
        (DAY | {"per_second": 1}, 3660, at(25, 17), at(25, 17), at(26, 8, 1)),
        (NIGHT | {"per_second": 1}, 7200 + 60, at(25, 12), at(25, 22), at(26, 0, 1)),
        (NIGHT | {"per_second": 1}, 8 * 3600 + 60, at(25, 12), at(25, 22), at(26, 22, 1)),
        ({"per_day": 100}, 100, at(25, 12), at(25, 12), at(25, 12)),
        ({"per_day": 100}, 101, at(25, 12), at(25, 12), at(26, 0)),
        (DAY | {"per_day": 100}, 101, at(25, 12), at(25, 12), at(26, 8)),
        # Each part of a night counts for its own day.
        (NIGHT | {"per_day": 100}, 201, at(25, 5), at(25, 5), at(27, 0)),
    ],
)
def test_estimate_follows_rate_quota_and_hours(
    limits: dict[str, Any], count: int, start: datetime, begins: datetime, ends: datetime
) -> None:
    found = estimate(an_integration(**limits), count, start, start + timedelta(days=30))

    assert (found.begins, found.ends, found.left) == (begins, ends, 0)


@pytest.mark.parametrize(
    ("limits", "until", "left"),
    [
        ({"per_second": 1}, at(25, 12, 1), 940),
        ({"per_day": 100}, at(25, 20), 900),
        ({"per_day": 100}, at(26, 20), 800),
        (DAY, at(25, 7), 1000),
        (DAY | {"per_second": 1}, at(26, 7), 1000 - 600),
    ],
)
def test_messages_that_are_late_are_counted(limits: dict[str, Any], until: datetime, left: int) -> None:
    start = at(25, 6) if until == at(25, 7) else at(25, 17, 50) if until == at(26, 7) else at(25, 12)

    found = estimate(an_integration(**limits), 1000, start, until)

    assert (found.ends, found.left) == (None, left)


def test_messages_sent_today_count() -> None:
    used = Throttle(day=at(25, 0).date(), used=60)

    found = estimate(an_integration(used, per_day=100), 50, at(25, 12), at(25, 20))

    assert found.left == 10


def test_hold_of_the_gateway_counts() -> None:
    held = Throttle(held_until=at(25, 12, 15), hold=Hold.ASKED)

    found = estimate(an_integration(held), 50, at(25, 12), at(26, 12))

    assert found.begins == at(25, 12, 15)


def test_estimate_of_years_is_quick() -> None:
    found = estimate(an_integration(per_day=1), 100_000, at(25, 12), at(25, 12) + timedelta(days=30_000))

    assert found.ends is None
    assert found.left > 99_000


# In São Paulo, 17 February has 23:00 twice, and 4 November has no 00:00.
NIGHTS = ["2018-02-17T12:00-02:00", "2018-11-03T12:00-03:00"]


@pytest.mark.parametrize("noon", NIGHTS)
@pytest.mark.parametrize("hours", [{}, DAY, NIGHT])
@pytest.mark.parametrize("per_day", [None, 200])
def test_estimate_is_exact_across_clock_changes(
    noon: str, hours: dict[str, Any], per_day: int | None
) -> None:
    begin = datetime.fromisoformat(noon)
    integration = an_integration(per_second=1 / 60, per_day=per_day, **hours)

    for start in (begin + timedelta(hours=number) for number in range(20)):
        until = start + timedelta(hours=30)
        found = estimate(integration, 5000, start, until)

        assert 5000 - found.left == in_minutes(integration, start, until), start


def in_minutes(integration: Integration, start: datetime, until: datetime) -> int:
    """Count the minutes within the hours, up to the quota of each day."""
    days: Counter[date] = Counter()
    for number in range(int((until - start) / MINUTE)):
        moment = start + number * MINUTE
        is_open = within_hours(integration.opens_at, integration.closes_at, moment) == moment
        if is_open and days[timezone.localdate(moment)] < (integration.per_day or 5000):
            days[timezone.localdate(moment)] += 1
    return days.total()
