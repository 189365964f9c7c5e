"""The service window in the plan and the launch of a rich notification."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import CampaignKind, MessageStatus, Reason, WindowPolicy
from outbound.models import Campaign, Integration, Message
from outbound.sending.planning.audience import BATCH_SIZE
from outbound.sending.planning.launch import PlanChanged, launch
from outbound.sending.planning.plan import Plan, plan
from tests.builders import a_conversation, a_recipient, an_integration
from tests.sending.steps import a_draft, some_numbers

pytestmark = pytest.mark.django_db

MARIA = "+5535988001234"
LOCATION = {"type": "location", "latitude": 0, "longitude": 0}
DAY = timedelta(hours=24)


def a_notification(policy: str = WindowPolicy.ASK, **values: Any) -> Campaign:
    """Build a draft of a rich notification to Maria."""
    defaults = {
        "kind": CampaignKind.NOTIFICATION,
        "template": None,
        "content": LOCATION,
        "numbers": MARIA,
        "integration": an_integration(window_policy=policy),
    }
    return a_draft(**(defaults | values))


def reasons(planned: Plan) -> list[str | None]:
    return [one.reason for one in planned.messages]


def warnings(planned: Plan) -> list[tuple[str | None, Any]]:
    return [(warning.code, (warning.params or {}).get("count")) for warning in planned.warnings]


def wrote(integration: Integration | None, ago: timedelta = timedelta(), key: str = MARIA) -> None:
    a_conversation(integration=integration, phone_key=key, last_inbound_at=timezone.now() - ago)


def test_opt_out_comes_before_the_service_window() -> None:
    a_recipient(phone=MARIA, opted_out_at=timezone.now())

    assert reasons(plan(a_notification())) == [Reason.OPTED_OUT]
    assert reasons(plan(a_notification(WindowPolicy.ALLOW))) == [Reason.OPTED_OUT]


def test_launch_skips_people_outside_the_service_window() -> None:
    numbers = some_numbers(2)
    draft = a_notification(numbers="\n".join(numbers))
    wrote(draft.integration, key=numbers[0])

    launch(draft, by=None, now=timezone.now(), expected=plan(draft).digest)

    assert list(Message.objects.order_by("pk").values_list("phone", "status", "reason")) == [
        (numbers[0], MessageStatus.QUEUED, ""),
        (numbers[1], MessageStatus.SKIPPED, Reason.WINDOW_CLOSED),
    ]


def test_nothing_is_launched_with_everybody_outside_the_service_window() -> None:
    with pytest.raises(ValidationError) as raised:
        launch(a_notification(), by=None, now=timezone.now())

    assert [error.code for error in raised.value.error_dict["recipients"]] == ["nobody_goes"]
    assert not Message.objects.exists()


@pytest.mark.parametrize(("ago", "status"), [(timedelta(), "queued"), (DAY, "skipped")])
def test_service_window_after_review_does_not_change_the_plan(ago: timedelta, status: str) -> None:
    numbers = some_numbers(2)
    draft = a_notification(numbers="\n".join(numbers))
    wrote(draft.integration, key=numbers[0])
    looked_at = plan(draft)
    wrote(draft.integration, ago=ago, key=numbers[1])

    launch(draft, by=None, now=timezone.now(), expected=looked_at.digest)

    assert Message.objects.get(phone=numbers[1]).status == status


@pytest.mark.parametrize("change", [{"window_policy": WindowPolicy.ALLOW}, {"window_policy": "refuse"}])
def test_changed_window_policy_changes_the_plan(change: dict[str, str]) -> None:
    before = {"refuse": WindowPolicy.ALLOW}.get(change["window_policy"], WindowPolicy.ASK)
    draft = a_notification(before)
    looked_at = plan(draft)
    wrote(draft.integration)
    Integration.objects.update(**change)

    with pytest.raises(PlanChanged):
        launch(draft, by=None, now=timezone.now(), expected=looked_at.digest)


@pytest.mark.parametrize("policy", [WindowPolicy.ASK, WindowPolicy.ALLOW])
def test_service_window_is_one_query_per_batch(policy: str) -> None:
    def asked(people: int) -> int:
        draft = a_notification(policy, numbers="\n".join(some_numbers(people)))
        with CaptureQueriesContext(connection) as queries:
            plan(draft)
        return sum("outbound_conversation" in query["sql"] for query in queries)

    assert (asked(2), asked(25), asked(BATCH_SIZE + 1)) == (1, 1, 2)
