"""The schedule of a send: what is valid, and what the launch writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from outbound.models import Campaign, Message
from outbound.sending.planning.launch import PlanChanged, launch
from outbound.sending.planning.plan import plan
from tests.builders import a_recipient
from tests.sending.steps import a_draft

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def codes(**values: Any) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as raised:
        plan(a_draft(**values), NOW)
    return {path: [error.code for error in errors] for path, errors in raised.value.error_dict.items()}


def launched(draft: Campaign, expected: str | None = None) -> Campaign:
    return launch(draft, by=None, now=NOW, expected=expected).campaign


@pytest.mark.parametrize("starts_at", [None, NOW - DAY, NOW])
def test_send_without_future_start_is_due_at_once(starts_at: datetime | None) -> None:
    launched(a_draft(starts_at=starts_at))

    assert Message.objects.get().due_at == NOW


def test_send_with_future_start_is_due_then() -> None:
    launched(a_draft(starts_at=NOW + HOUR))

    message = Message.objects.get()
    assert (message.due_at, message.created_at) == (NOW + HOUR, NOW)


@pytest.mark.parametrize(
    ("starts_at", "not_after"), [(None, NOW + DAY), (NOW - HOUR, NOW + DAY), (NOW + HOUR, NOW + HOUR + DAY)]
)
def test_send_without_end_ends_a_day_after_its_start(starts_at: datetime | None, not_after: datetime) -> None:
    draft = launched(a_draft(starts_at=starts_at))

    assert Campaign.objects.get().not_after == draft.not_after == not_after


def test_chosen_end_is_kept() -> None:
    launched(a_draft(not_after=NOW + HOUR))

    assert Campaign.objects.get().not_after == NOW + HOUR


def test_plan_does_not_set_an_end() -> None:
    draft = a_draft()

    plan(draft, NOW)

    assert draft.not_after is None


@pytest.mark.parametrize(
    ("starts_at", "not_after"),
    [
        (None, NOW),
        (None, NOW - SECOND),
        (NOW + HOUR, NOW - SECOND),
        (NOW + HOUR, NOW + HOUR),
        (NOW + HOUR, NOW + SECOND),
    ],
)
def test_end_before_start_is_refused(starts_at: datetime | None, not_after: datetime) -> None:
    assert codes(starts_at=starts_at, not_after=not_after) == {"not_after": ["window_invalid"]}


def test_end_right_after_start_is_accepted() -> None:
    assert plan(a_draft(starts_at=NOW + HOUR, not_after=NOW + HOUR + SECOND), NOW).going


def test_start_is_at_most_ninety_days_ahead() -> None:
    assert plan(a_draft(starts_at=NOW + 90 * DAY), NOW).going
    assert codes(starts_at=NOW + 90 * DAY + SECOND) == {"starts_at": ["schedule_too_far"]}


@pytest.mark.parametrize(
    "changed", [{"starts_at": NOW + HOUR}, {"not_after": NOW + HOUR}, {"first_wave": False}]
)
def test_changed_schedule_changes_the_plan(changed: dict[str, Any]) -> None:
    draft = a_draft()
    looked_at = plan(draft, NOW).digest
    Campaign.objects.filter(pk=draft.pk).update(**changed)

    with pytest.raises(PlanChanged):
        launched(draft, expected=looked_at)

    assert not Message.objects.exists()


def test_same_moment_in_another_zone_is_the_same_plan() -> None:
    draft = a_draft(starts_at=NOW + HOUR)
    draft.starts_at = (NOW + HOUR).astimezone(timezone(-3 * HOUR))
    looked_at = plan(draft, NOW).digest

    launched(draft, expected=looked_at)

    assert Message.objects.count() == 1


def test_skipped_message_has_no_due_time() -> None:
    person = a_recipient(opted_out_at=NOW)

    launched(a_draft(numbers=f"{person.phone}, 35988001234"))

    assert Message.objects.get(recipient=person).due_at is None
