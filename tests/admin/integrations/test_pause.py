"""The confirmations to pause and to resume an integration."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration
from tests.builders import a_message, an_integration, an_operator

pytestmark = pytest.mark.django_db

PAUSE = ("outbound.view_integration", "outbound.pause_integration")


def address(integration: Integration, action: str) -> str:
    return reverse(f"admin:outbound_integration_{action}", args=[integration.pk])


def test_pause_page_says_how_many_messages_wait(client: Client) -> None:
    integration = an_integration()
    a_message(integration=integration)
    a_message(integration=integration)
    client.force_login(an_operator(*PAUSE))

    response = client.get(address(integration, "pause"), headers={"accept-language": "en"})

    assert "2 messages wait; they go on when you resume." in response.content.decode()


def test_pause_page_changes_nothing(client: Client) -> None:
    integration = an_integration()
    client.force_login(an_operator(*PAUSE))

    client.get(address(integration, "pause"))

    integration.refresh_from_db()
    assert integration.is_active


def test_pause_stores_reason_and_author(client: Client) -> None:
    integration, operator = an_integration(), an_operator(*PAUSE)
    client.force_login(operator)

    client.post(address(integration, "pause"), {"reason": "Public holiday"})

    integration.refresh_from_db()
    assert integration.status == IntegrationStatus.PAUSED
    assert integration.status_reason == "Public holiday"
    assert integration.status_changed_by == operator


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_pause_needs_a_reason_of_at_most_300_characters(client: Client, reason: str) -> None:
    integration = an_integration()
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "pause"), {"reason": reason})

    integration.refresh_from_db()
    assert integration.is_active


def test_stopped_integration_cannot_be_paused(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.STOPPED, status_reason="Bad token")
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "pause"), {"reason": "Lunch"})

    integration.refresh_from_db()
    assert integration.status_reason == "Bad token"


def test_resume_page_shows_reason_and_author(client: Client) -> None:
    integration = an_integration()
    Integration.objects.pause(reason="Lunch", by=an_operator(first_name="Ana"), now=timezone.now())
    client.force_login(an_operator(*PAUSE))

    page = client.get(address(integration, "resume")).content.decode()

    assert "Lunch" in page
    assert "Ana" in page


def test_resume_activates_the_integration(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.PAUSED, status_reason="Lunch")
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "resume"), {"reason": "Lunch is over"})

    integration.refresh_from_db()
    assert integration.is_active
    assert integration.status_reason == "Lunch is over"


def test_resume_needs_a_reason(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.PAUSED, status_reason="Lunch")
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "resume"))

    integration.refresh_from_db()
    assert not integration.is_active


def test_resume_wakes_the_sender(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.PAUSED, status_reason="Lunch")
    client.force_login(an_operator(*PAUSE))
    before = OrmQ.objects.count()

    client.post(address(integration, "resume"), {"reason": "Lunch is over"})

    assert Conf.ORM is None or OrmQ.objects.count() == before + 1


def test_resume_needs_a_token(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.STOPPED, token="")
    client.force_login(an_operator(*PAUSE))

    client.post(address(integration, "resume"))

    integration.refresh_from_db()
    assert integration.status == IntegrationStatus.STOPPED
