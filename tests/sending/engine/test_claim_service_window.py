"""The 24-hour window, asked at the launch and again at the claim by the same rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outbound.lifecycle import CampaignKind, MessageStatus, Reason, WindowPolicy
from outbound.models import Campaign, Conversation, Integration, Message
from outbound.sending.planning.launch import PlanChanged, launch
from outbound.sending.planning.plan import plan
from outbound.sending.service_window import LENGTH
from tests.builders import a_campaign, a_recipient, a_template, an_integration
from tests.sending.steps import claimed

pytestmark = pytest.mark.django_db

LOCATION = {"type": "location", "latitude": 1.0, "longitude": 2.0}
REFUSE, ASK, ALLOW = WindowPolicy.REFUSE, WindowPolicy.ASK, WindowPolicy.ALLOW
NUMBER, KEY = "35988001234", "+5535988001234"


def a_notification(policy: WindowPolicy, **values: Any) -> Campaign:
    defaults = {"kind": CampaignKind.NOTIFICATION, "content": LOCATION, "numbers": NUMBER}
    return a_campaign(integration=an_integration(window_policy=policy), **(defaults | values))


def wrote(draft: Campaign, ago: timedelta = timedelta(hours=1), **values: Any) -> None:
    """The person of `draft` wrote so long ago, or whatever `values` say of their window."""
    values = values or {"last_inbound_at": timezone.now() - ago}
    Conversation.objects.update_or_create(
        integration=draft.integration, phone_key=KEY, defaults={"last_inbound_at": None} | values
    )


def reasons(draft: Campaign) -> list[Reason | None]:
    return [one.reason for one in plan(draft).messages]


def launched(draft: Campaign) -> Message:
    launch(draft, by=None, now=timezone.now())
    return Message.objects.get()


def after_the_claim() -> tuple[str, str]:
    claimed()
    return Message.objects.values_list("status", "reason").get()


@pytest.mark.parametrize(
    ("policy", "reason", "goes"),
    [(REFUSE, "", False), (REFUSE, "why", False), (ASK, "", False), (ASK, "why", True), (ALLOW, "", True)],
)
def test_of_a_person_without_a_sign_the_integration_decides(
    policy: WindowPolicy, reason: str, goes: bool
) -> None:
    draft = a_notification(policy, window_reason=reason)

    assert reasons(draft) == [None if goes else Reason.WINDOW_CLOSED]


@pytest.mark.parametrize("policy", [REFUSE, ASK])
def test_whoever_wrote_within_a_day_gets_it(policy: WindowPolicy) -> None:
    draft = a_notification(policy)
    wrote(draft, LENGTH - timedelta(minutes=1))

    assert reasons(draft) == [None]
    assert plan(draft).warnings == []


def test_whoever_wrote_a_day_ago_is_out_of_the_window() -> None:
    draft = a_notification(ASK)
    wrote(draft, LENGTH + timedelta(seconds=1))

    assert reasons(draft) == [Reason.WINDOW_CLOSED]


@pytest.mark.parametrize(("ends_in", "goes"), [(timedelta(minutes=1), True), (timedelta(minutes=-1), False)])
def test_a_window_may_be_declared_open(ends_in: timedelta, goes: bool) -> None:
    draft = a_notification(ASK)
    wrote(draft, declared_until=timezone.now() + ends_in)

    assert reasons(draft) == [None if goes else Reason.WINDOW_CLOSED]


def test_a_window_with_one_integration_opens_none_with_another() -> None:
    wrote(a_notification(ASK))

    assert reasons(a_notification(ASK)) == [Reason.WINDOW_CLOSED]


@pytest.mark.parametrize("policy", [ASK, ALLOW])
def test_people_who_go_without_a_sign_are_warned_of(policy: WindowPolicy) -> None:
    draft = a_notification(policy, window_reason="They called us.", numbers=f"{NUMBER}\n11988887777")
    wrote(draft)

    (warning,) = plan(draft).warnings

    assert (warning.code, warning.params) == ("session_window_unknown", {"count": 1})


def test_a_template_asks_for_no_window() -> None:
    draft = a_campaign(
        integration=an_integration(window_policy=REFUSE), template=a_template(body="Hi."), numbers=NUMBER
    )

    planned = plan(draft)

    assert [one.reason for one in planned.messages] == [None]
    assert planned.warnings == []


def test_a_saved_person_is_known_by_either_spelling() -> None:
    draft = a_notification(ASK, numbers="")
    draft.recipients.add(a_recipient(phone="+553588001234"))
    wrote(draft)

    assert reasons(draft) == [None]


def test_a_reason_given_in_another_tab_has_the_plan_looked_at_again() -> None:
    draft = a_notification(ASK, numbers=f"{NUMBER}\n11988887777")
    wrote(draft)
    looked_at = plan(draft).digest
    Campaign.objects.update(window_reason="why")

    with pytest.raises(PlanChanged):
        launch(draft, by=None, now=timezone.now(), expected=looked_at)


def test_a_window_that_closes_after_the_review_leaves_the_person_out_and_nobody_else() -> None:
    draft = a_notification(ASK, numbers=f"{NUMBER}\n11988887777")
    wrote(draft)
    Conversation.objects.create(
        integration=draft.integration, phone_key="+5511988887777", last_inbound_at=timezone.now()
    )
    looked_at = plan(draft).digest
    wrote(draft, LENGTH * 2)

    result = launch(draft, by=None, now=timezone.now(), expected=looked_at)

    assert (result.queued, dict(result.skipped)) == (1, {Reason.WINDOW_CLOSED: 1})


def test_a_window_that_closed_since_the_launch_is_seen_at_the_claim() -> None:
    draft = a_notification(ASK)
    wrote(draft)
    launched(draft)
    wrote(draft, LENGTH * 2)

    assert after_the_claim() == (MessageStatus.SKIPPED, Reason.WINDOW_CLOSED)


def test_a_window_that_is_open_is_open_at_the_claim_too() -> None:
    draft = a_notification(REFUSE)
    wrote(draft)
    launched(draft)

    assert after_the_claim() == (MessageStatus.SENDING, "")


def test_a_reason_holds_at_the_claim() -> None:
    launched(a_notification(ASK, window_reason="They called us."))

    assert after_the_claim() == (MessageStatus.SENDING, "")


def test_a_stricter_rule_holds_from_the_next_claim_on() -> None:
    launched(a_notification(ALLOW))
    Integration.objects.update(window_policy=REFUSE)

    assert after_the_claim() == (MessageStatus.SKIPPED, Reason.WINDOW_CLOSED)
