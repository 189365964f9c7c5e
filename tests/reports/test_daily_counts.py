"""Counts of days equal the rows, and are renewed when needed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Message, Summary, SummaryDay
from outbound.reports import daily_counts, totals
from tests.builders import a_campaign, a_message, a_template, an_integration

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)


def at(hour: int, minute: int = 0, *, days_ago: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute) - timedelta(days=days_ago)


def some_messages(seed: int, count: int = 120) -> None:
    """Messages of three days in every state, of two integrations, with templates and without."""
    dice = random.Random(seed)  # noqa: S311
    integrations = [an_integration(), an_integration()]
    campaigns = [
        a_campaign(integration=integration, template=template)
        for integration in integrations
        for template in (a_template(), a_template(), None)
    ]
    for _number in range(count):
        campaign = dice.choice(campaigns)
        a_message(
            campaign=campaign,
            integration=campaign.integration,
            status=dice.choice(list(MessageStatus)),
            reason=dice.choice(["", *Reason]),
            failure_code=dice.choice(["", "131026", "131049"]),
            created_at=at(0) - timedelta(days=1) + timedelta(minutes=dice.randrange(3 * 24 * 60)),
        )


def by_hand(day: date) -> Counter[tuple[Any, ...]]:
    """Count the same naively, row by row."""
    found: Counter[tuple[Any, ...]] = Counter()
    for row in Message.objects.select_related("campaign"):
        local = timezone.localtime(row.created_at)
        if local.date() == day:
            found[
                local.hour,
                row.integration_id,
                row.campaign.template_id,
                row.status,
                row.reason,
                row.failure_code,
            ] += 1
    return found


def as_counter(rows: Any) -> Counter[tuple[Any, ...]]:
    return Counter(
        {
            (
                row.hour,
                row.integration_id,
                row.template_id,
                row.status,
                row.reason,
                row.failure_code,
            ): row.count
            for row in rows
        }
    )


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_a_day_equal_its_rows(seed: int) -> None:
    some_messages(seed)

    for day in (YESTERDAY, TODAY):
        daily_counts.recount(day, NOON)

        assert as_counter(Summary.objects.filter(day=day)) == by_hand(day)


@pytest.mark.parametrize("seed", range(5))
def test_parts_of_a_tally_add_up_to_its_rows(seed: int) -> None:
    some_messages(seed)

    rows = daily_counts.counted(TODAY)

    assert totals.tally(rows).planned == sum(by_hand(TODAY).values())
    of = totals.by(lambda row: row.integration_id, rows)
    assert sum(one.planned for one in of.values()) == totals.tally(rows).planned


def test_recount_replaces_old_counts() -> None:
    message = a_message(created_at=at(9), status=MessageStatus.ACCEPTED)
    daily_counts.recount(TODAY, NOON)
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.READ)

    daily_counts.recount(TODAY, NOON + timedelta(seconds=20))

    (row,) = Summary.objects.all()
    assert (row.hour, row.status, row.count) == (9, MessageStatus.READ, 1)


def test_late_older_count_changes_nothing() -> None:
    a_message(created_at=at(9))
    daily_counts.recount(TODAY, NOON)
    Message.objects.all().delete()

    daily_counts.recount(TODAY, NOON - timedelta(seconds=5))

    assert Summary.objects.count() == 1


def test_query_count_does_not_grow_with_rows() -> None:
    a_message(created_at=at(9))
    few = queries_of_a_count()
    some_messages(seed=1, count=50)

    assert queries_of_a_count() == few


def queries_of_a_count() -> int:
    with CaptureQueriesContext(connection) as asked:
        daily_counts.recount(TODAY, NOON)
    return len(asked)


def test_days_change_at_local_midnight() -> None:
    a_message(created_at=at(23, 59, days_ago=1))
    a_message(created_at=at(0))

    assert [row.hour for row in daily_counts.counted(YESTERDAY)] == [23]
    assert [row.hour for row in daily_counts.counted(TODAY)] == [0]


def test_day_with_a_clock_change_is_complete() -> None:
    zone = ZoneInfo("Europe/Berlin")
    with timezone.override(zone):
        for day in (date(2026, 3, 29), date(2026, 10, 25)):
            begin = daily_counts.midnight(day)
            for number in range(23):
                a_message(created_at=begin + timedelta(hours=number))

            assert sum(row.count for row in daily_counts.counted(day)) == 23


def test_few_messages_of_today_are_counted_live() -> None:
    a_message(created_at=at(9))

    numbers = daily_counts.today(NOON)

    assert numbers.is_live
    assert [row.count for row in numbers.rows] == [1]


def test_many_messages_of_today_show_the_last_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_counts, "MAX_LIVE", 1)
    for _number in range(3):
        a_message(created_at=at(9))
    assert daily_counts.today(NOON) == daily_counts.Numbers([], None, is_live=False)

    daily_counts.recount(TODAY, NOON)
    a_message(created_at=at(10))
    numbers = daily_counts.today(NOON + timedelta(seconds=5))

    assert (numbers.as_of, numbers.is_live) == (NOON, False)
    assert sum(row.count for row in numbers.rows) == 3


@pytest.mark.parametrize("seed", range(3))
def test_counts_of_a_period_equal_its_rows(seed: int) -> None:
    some_messages(seed)
    SummaryDay.objects.create(day=YESTERDAY)
    daily_counts.recount(YESTERDAY, NOON)
    daily_counts.recount(TODAY, NOON)  # what today has in the store counts once

    numbers = daily_counts.of_days(YESTERDAY, TODAY, NOON)

    expected = sum(by_hand(YESTERDAY).values()) + sum(by_hand(TODAY).values())
    assert totals.tally(numbers.rows).planned == expected
