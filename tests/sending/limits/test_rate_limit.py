"""Pace, day, hours and waits: what may be claimed at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.models import Throttle
from outbound.sending.limits import rate_limit
from outbound.sending.limits.rate_limit import next_opening, quota, spend, within_hours
from tests.builders import an_integration

ZONE = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)


def limits(**values: Any) -> Any:
    nothing = {"per_second": None, "per_day": None, "opens_at": None, "closes_at": None}
    return SimpleNamespace(**(nothing | values))


def at(clock: str, day: int = 25) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), ZONE)


def test_without_limits_the_slots_alone_count() -> None:
    assert quota(limits(), Throttle(), NOON).within(32) == 32


# -- pace --------------------------------------------------------------------------------------------------


@given(
    per_second=st.integers(1, 500),
    gaps=st.lists(st.integers(1, 2_000), min_size=1, max_size=150),
    greed=st.integers(1, 200),
)
def test_no_window_of_a_second_holds_a_tenth_more_than_the_pace(
    per_second: int, gaps: list[int], greed: int
) -> None:
    held, pace, now = Throttle(), limits(per_second=per_second), NOON
    claims: list[tuple[datetime, int]] = []

    for milliseconds in gaps:
        now += timedelta(milliseconds=milliseconds)
        count = quota(pace, held, now).within(greed)
        start = rate_limit._pace_start(per_second, held, now)
        held.paced_until = start + count * timedelta(seconds=1 / per_second)
        claims.append((now, count))

    for begin, _count in claims:
        inside = sum(n for moment, n in claims if begin <= moment < begin + timedelta(seconds=1))
        assert inside <= max(per_second * 1.1, per_second + 1)


@given(per_second=st.integers(5, 500), step=st.integers(5, 50))
def test_whoever_asks_often_enough_gets_the_whole_pace(per_second: int, step: int) -> None:
    held, pace, now, total = Throttle(paced_until=NOON), limits(per_second=per_second), NOON, 0

    while now < NOON + timedelta(seconds=10):
        now += timedelta(milliseconds=step)
        count = quota(pace, held, now).within(1000)
        total += count
        held.paced_until = rate_limit._pace_start(per_second, held, now) + count * timedelta(
            seconds=1 / per_second
        )

    assert total >= 10 * per_second * 0.97 - 1


def test_a_clock_that_ran_an_hour_ahead_holds_nobody_back() -> None:
    held = Throttle(paced_until=NOON + timedelta(hours=1))

    assert quota(limits(per_second=10), held, NOON).within(32) >= 1


# -- day ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_days_limit_counts_what_was_claimed_and_opens_at_midnight() -> None:
    integration = an_integration(per_day=10)
    held = rate_limit.lock_throttles([integration.pk])[integration.pk]

    spend(integration, held, 7, NOON, probe_until=None)
    held.refresh_from_db()

    assert quota(integration, held, NOON).within(32) == 3
    spend(integration, held, 3, NOON, probe_until=None)
    held.refresh_from_db()
    assert quota(integration, held, NOON).within(32) == 0
    assert next_opening(integration, held, NOON) == at("00:00", day=26)
    assert quota(integration, held, at("00:00", day=26)).within(32) == 10


def test_a_day_that_lies_ahead_is_not_begun_again() -> None:
    held = Throttle(day=date(2026, 11, 26), used=10)

    assert quota(limits(per_day=10), held, NOON).within(32) == 0


# -- hours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at("08:00"), at("08:00")),
        (at("19:59:59"), at("19:59:59")),
        (at("20:00"), at("08:00", day=26)),
        (at("23:00"), at("08:00", day=26)),
        (at("03:00"), at("08:00")),
    ],
)
def test_outside_the_hours_it_waits_for_the_next_opening(moment: datetime, expected: datetime) -> None:
    assert within_hours(time(8), time(20), moment) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(at("23:00"), at("23:00")), (at("03:00"), at("03:00")), (at("06:00"), at("22:00"))],
)
def test_hours_that_end_before_they_begin_are_overnight(moment: datetime, expected: datetime) -> None:
    assert within_hours(time(22), time(6), moment) == expected


def test_hours_are_those_of_the_consoles_zone() -> None:
    midday_in_london = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)  # 07:30 in São Paulo

    assert within_hours(time(8), time(20), midday_in_london) == at("08:00")


@given(st.integers(0, 86_399), st.integers(0, 23), st.integers(0, 23))
def test_an_opening_is_open_and_never_in_the_past(second: int, opening: int, closing: int) -> None:
    moment = at("00:00") + timedelta(seconds=second)

    opening_moment = within_hours(time(opening), time(closing), moment)

    assert moment <= opening_moment < moment + timedelta(days=1)
    assert within_hours(time(opening), time(closing), opening_moment) == opening_moment
