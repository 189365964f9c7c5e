"""An integration that waits: its reason and moment, trying again, and cancelling its sends."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from outbound.lifecycle import CampaignStatus, Hold, IntegrationStatus, MessageStatus
from outbound.models import Integration, Message, Throttle
from tests.builders import a_campaign, a_message, an_integration, an_operator
from tests.sending.steps import later

pytestmark = pytest.mark.django_db

PAUSE = ("outbound.view_integration", "outbound.pause_integration")
STEER = ("outbound.view_integration", "outbound.steer_campaign")


def a_held_integration(hold: Hold = Hold.ASKED, **values: object) -> Integration:
    integration = an_integration(**values)
    until = later(minutes=10)
    Throttle.objects.create(integration=integration, held_until=until, hold=hold, outages=7, trips=2)
    return integration


def a_waiting_message(integration: Integration, status: CampaignStatus = CampaignStatus.RUNNING) -> Message:
    return a_message(integration=integration, campaign=a_campaign(integration=integration, status=status))


def address(integration: Integration, action: str) -> str:
    return reverse(f"admin:outbound_integration_{action}", args=[integration.pk])


def read(client: Client, where: str) -> str:
    page = client.get(where, headers={"accept-language": "en"}, follow=True).content.decode()
    return re.sub(r"\s+", " ", unescape(page))


@pytest.mark.parametrize(
    ("hold", "reason"),
    [
        (Hold.ASKED, "The gateway asked to wait."),
        (Hold.OUTAGE, "The gateway gave no good answer several times in a row."),
    ],
)
def test_card_says_why_it_waits_and_until_when(client: Client, hold: Hold, reason: str) -> None:
    integration = a_held_integration(hold)
    until = timezone.localtime(integration.throttle.held_until)
    client.force_login(an_operator(*PAUSE))

    page = read(client, address(integration, "change"))

    assert re.search(rf"Waits until [^.<]*{until:%H:%M}[^.<]*\. {re.escape(reason)}", page)


def test_home_says_why_it_waits(client: Client) -> None:
    a_held_integration()
    client.force_login(an_operator(*PAUSE, "outbound.view_message", "outbound.view_campaign"))

    assert "The gateway asked to wait." in read(client, "/admin/")


def test_list_says_until_when_it_waits(client: Client) -> None:
    a_held_integration()
    client.force_login(an_operator(*PAUSE))

    assert "Waits until" in read(client, "/admin/outbound/integration/")


def test_paused_integration_shows_no_wait(client: Client) -> None:
    integration = a_held_integration(status=IntegrationStatus.PAUSED, status_reason="Lunch")
    client.force_login(an_operator(*PAUSE))

    assert "Waits until" not in read(client, address(integration, "change"))


def test_try_again_is_offered_while_held_by_the_gateway(client: Client) -> None:
    held, free = a_held_integration(), an_integration()
    client.force_login(an_operator(*PAUSE))

    assert address(held, "try_again") in read(client, address(held, "change"))
    assert address(free, "try_again") not in read(client, address(free, "change"))


def test_try_again_page_changes_nothing(client: Client) -> None:
    integration = a_held_integration()
    client.force_login(an_operator(*PAUSE))

    page = read(client, address(integration, "try_again"))

    assert "The gateway asked to wait." in page
    assert Throttle.objects.get().held_until


def test_try_again_resets_the_circuit_breaker(client: Client) -> None:
    integration = a_held_integration()
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "try_again"))

    throttle = Throttle.objects.get()
    assert (throttle.held_until, throttle.hold, throttle.outages, throttle.trips) == (None, "", 0, 0)


@pytest.mark.skipif(not Conf.ORM, reason="the wake-up is a row with the ORM broker alone")
def test_try_again_wakes_the_sender(client: Client) -> None:
    integration = a_held_integration()
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "try_again"))

    assert OrmQ.objects.count() == 1


def test_try_again_is_refused_unless_held_by_the_gateway(client: Client) -> None:
    hour = timezone.localtime()
    closed = {"opens_at": (hour + timedelta(hours=2)).time(), "closes_at": (hour + timedelta(hours=3)).time()}
    integration = an_integration(**closed)
    client.force_login(an_operator(*PAUSE))

    page = read(client, address(integration, "try_again"))

    assert "The gateway does not make it wait." in page
    assert "It is outside the allowed hours." in page


def test_resume_ends_the_hold(client: Client) -> None:
    integration = a_held_integration(status=IntegrationStatus.PAUSED, status_reason="Lunch")
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "resume"), {"reason": "Lunch is over"})

    assert Throttle.objects.get().held_until is None


def test_cancel_waiting_page_says_how_many_messages_wait(client: Client) -> None:
    integration = an_integration()
    a_waiting_message(integration)
    client.force_login(an_operator(*STEER))

    page = read(client, address(integration, "cancel_waiting"))

    assert "1 message waits. It will not be sent." in page
    assert Message.objects.get().status == MessageStatus.QUEUED


def test_cancel_waiting_leaves_other_integrations_alone(client: Client) -> None:
    integration = an_integration()
    running = a_waiting_message(integration)
    paused = a_waiting_message(integration, CampaignStatus.PAUSED)
    elsewhere = a_waiting_message(an_integration())
    client.force_login(an_operator(*STEER))

    client.post(address(integration, "cancel_waiting"), {"reason": "Wrong month"})

    kept = dict(Message.objects.values_list("pk", "status"))
    assert kept == {
        running.pk: MessageStatus.CANCELLED,
        paused.pk: MessageStatus.CANCELLED,
        elsewhere.pk: MessageStatus.QUEUED,
    }


def test_cancel_waiting_needs_a_reason(client: Client) -> None:
    integration = an_integration()
    a_waiting_message(integration)
    client.force_login(an_operator(*STEER))

    client.post(address(integration, "cancel_waiting"), {"reason": " "})

    assert Message.objects.get().status == MessageStatus.QUEUED


@pytest.mark.parametrize(("action", "others"), [("try_again", STEER), ("cancel_waiting", PAUSE)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_action_needs_its_permission(
    client: Client, action: str, others: tuple[str, ...], method: str
) -> None:
    integration = a_held_integration()
    client.force_login(an_operator(*others))

    response = getattr(client, method)(address(integration, action), {"reason": "Because"})

    assert response.status_code == 403
