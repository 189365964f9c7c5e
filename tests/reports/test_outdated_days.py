"""Today is always due for counting, an older day when its messages may have changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbound.lifecycle import MessageStatus
from outbound.models import Summary
from outbound.reports import daily_counts, outdated_days
from tests.builders import a_message

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)


def at(hour: int, minute: int = 0, *, days_ago: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute) - timedelta(days=days_ago)


def test_yesterday_is_due_once_after_midnight() -> None:
    a_message(created_at=at(22, days_ago=1), status=MessageStatus.READ)
    daily_counts.recount(YESTERDAY, at(22, 30, days_ago=1))

    assert daily_counts.due_days(NOON) == [TODAY, YESTERDAY]

    daily_counts.recount(YESTERDAY, NOON)

    assert daily_counts.due_days(NOON) == [TODAY]


def test_uncounted_days_are_due_few_at_a_time() -> None:
    a_message(created_at=at(9, days_ago=30), status=MessageStatus.READ)

    due = daily_counts.due_days(NOON)

    assert due == [TODAY - timedelta(days=number) for number in range(daily_counts.MAX_OLD_DAYS + 1)]


def test_marked_day_is_due_again() -> None:
    a_message(created_at=at(9, days_ago=1), status=MessageStatus.ACCEPTED)
    daily_counts.recount(YESTERDAY, NOON)

    outdated_days.mark([at(9, days_ago=1)], NOON)

    assert daily_counts.due_days(NOON) == [TODAY, YESTERDAY]


def test_mark_set_during_a_count_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    a_message(created_at=at(9, days_ago=1), status=MessageStatus.ACCEPTED)
    counted = daily_counts.counted

    def meanwhile(day: date) -> list[Summary]:
        rows = counted(day)
        outdated_days.mark([at(9, days_ago=1)], NOON)
        return rows

    monkeypatch.setattr(daily_counts, "counted", meanwhile)
    daily_counts.recount(YESTERDAY, NOON)

    assert daily_counts.due_days(NOON) == [TODAY, YESTERDAY]


def test_day_with_an_interrupted_count_is_due_again(monkeypatch: pytest.MonkeyPatch) -> None:
    a_message(created_at=at(9, days_ago=1), status=MessageStatus.ACCEPTED)
    daily_counts.recount(YESTERDAY, NOON)
    outdated_days.mark([at(9, days_ago=1)], NOON)

    def dies(day: date) -> list[Summary]:
        raise KeyboardInterrupt

    monkeypatch.setattr(daily_counts, "counted", dies)
    with pytest.raises(KeyboardInterrupt):
        daily_counts.recount(YESTERDAY, NOON)

    assert daily_counts.due_days(NOON) == [TODAY, YESTERDAY]


def test_day_with_open_messages_is_due_again() -> None:
    a_message(created_at=at(9, days_ago=1), status=MessageStatus.QUEUED)
    daily_counts.recount(YESTERDAY, NOON)

    assert daily_counts.due_days(NOON) == [TODAY]
    assert daily_counts.due_days(NOON + timedelta(minutes=11)) == [TODAY, YESTERDAY]
