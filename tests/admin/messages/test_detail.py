"""The page of one message: queue reason, resolution, and resent messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from outbound.lifecycle import AttemptOutcome, CampaignStatus, Hold, IntegrationStatus, MessageStatus, Reason
from outbound.models import Attempt, Message, Throttle
from tests.builders import a_campaign, a_message, an_integration, an_operator

pytestmark = pytest.mark.django_db

READ = "outbound.view_message"
RESOLVE = "/admin/outbound/message/doubts/decide/"
RESEND = "/admin/outbound/message/doubts/again/"


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator(READ, "outbound.settle_message", "outbound.add_campaign"))
    return client


def shown(client: Client, message: Message) -> str:
    address = reverse("admin:outbound_message_change", args=[message.pk])
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def a_queued(**values: Any) -> Message:
    integration = values.pop("integration", None) or an_integration()
    campaign = a_campaign(
        integration=integration, **({"status": CampaignStatus.RUNNING} | values.pop("campaign", {}))
    )
    return a_message(campaign=campaign, integration=integration, **({"due_at": timezone.now()} | values))


def test_next_message_is_just_waiting(ana: Client) -> None:
    page = shown(ana, a_queued())

    assert "It waits for its turn." in page


def test_message_of_paused_campaign_shows_the_reason(ana: Client) -> None:
    page = shown(ana, a_queued(campaign={"status": CampaignStatus.PAUSED, "status_reason": "Wrong price"}))

    assert "It waits because its send is paused: Wrong price" in page


def test_message_of_stopped_integration_shows_the_reason(ana: Client) -> None:
    integration = an_integration(status=IntegrationStatus.STOPPED, status_reason="Bad token")

    page = shown(ana, a_queued(integration=integration))

    assert "It waits because its integration is not active: Bad token" in page


def test_scheduled_message_shows_its_start(ana: Client) -> None:
    page = shown(ana, a_queued(due_at=timezone.now() + timedelta(days=1)))

    assert "It was sent with a time to start" in page
    assert "Starts" in page


def test_message_shows_that_the_gateway_asked_to_wait(ana: Client) -> None:
    integration = an_integration()
    Throttle.objects.create(
        integration=integration, held_until=timezone.now() + timedelta(minutes=5), hold=Hold.ASKED
    )

    page = shown(ana, a_queued(integration=integration))

    assert "It waits, and goes on by itself at" in page
    assert "The gateway asked to wait" in page


def test_next_try_of_paused_campaign_waits_for_resume(ana: Client) -> None:
    page = shown(ana, a_queued(attempt_count=1, campaign={"status": CampaignStatus.PAUSED}))

    assert "Next try when the send is resumed" in page


def test_expired_message_was_queued_first(ana: Client) -> None:
    page = shown(ana, a_queued(status=MessageStatus.SKIPPED, reason=Reason.EXPIRED, payload="{}"))

    assert "Queued by the console" in page
    assert "Left out when" not in page
    assert "compose it anew with a later time" in page


@pytest.mark.parametrize("decision", ["sent", "not_sent"])
def test_unconfirmed_message_can_be_resolved_from_its_page(ana: Client, decision: str) -> None:
    message = a_message(status=MessageStatus.UNCONFIRMED)

    assert f"{RESOLVE}?as={decision}&amp;message={message.pk}" in shown(ana, message)


def test_resolve_buttons_need_permission(client: Client) -> None:
    client.force_login(an_operator(READ))

    assert RESOLVE not in shown(client, a_message(status=MessageStatus.UNCONFIRMED))


@pytest.mark.parametrize("status", sorted(set(MessageStatus) - {MessageStatus.UNCONFIRMED}))
def test_only_unconfirmed_messages_have_resolve_buttons(ana: Client, status: MessageStatus) -> None:
    assert RESOLVE not in shown(ana, a_message(status=status))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (MessageStatus.ASSUMED_SENT, "Taken as sent by Ana"),
        (MessageStatus.ASSUMED_NOT_SENT, "Taken as not sent by Ana"),
        (MessageStatus.ACCEPTED, "The answer came after all, and counts"),
    ],
)
def test_timeline_shows_resolution_with_reason(ana: Client, status: MessageStatus, said: str) -> None:
    message = a_message(
        status=status,
        settled_by=an_operator(first_name="Ana"),
        settled_at=timezone.now(),
        settled_reason="She told me",
    )

    page = shown(ana, message)

    assert said in page
    assert "She told me" in page


def test_message_assumed_not_sent_can_be_resent(ana: Client) -> None:
    message = a_message(status=MessageStatus.ASSUMED_NOT_SENT)

    assert f"{RESEND}?message={message.pk}" in shown(ana, message)


def test_resent_message_links_to_new_message_and_back(ana: Client) -> None:
    old = a_message(status=MessageStatus.ASSUMED_NOT_SENT)
    new = a_message(resend_of=old)

    page = shown(ana, old)

    assert reverse("admin:outbound_message_change", args=[new.pk]) in page
    assert "It was sent again as a new message." in page
    assert f"{RESEND}?message=" not in page
    assert reverse("admin:outbound_message_change", args=[old.pk]) in shown(ana, new)


def test_acceptance_after_resend_warns_of_second_copy(ana: Client) -> None:
    old = a_message(status=MessageStatus.ACCEPTED, settled_at=timezone.now())
    a_message(resend_of=old)

    assert "The person probably got it twice." in shown(ana, old)


@pytest.mark.parametrize("reason", [Reason.TAKEN_BACK, Reason.CONNECTION, Reason.BUSY])
def test_failed_attempt_shows_its_reason(ana: Client, reason: Reason) -> None:
    message = a_queued(attempt_count=1)
    Attempt.objects.create(
        message=message,
        number=1,
        external_id="e-1",
        outcome=AttemptOutcome.NOT_SENT,
        reason=reason,
        opened_at=timezone.now(),
    )

    page = shown(ana, message)

    with translation.override("en"):
        assert str(reason.label) in page
