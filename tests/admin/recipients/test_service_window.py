"""The service windows of a recipient, and declaring one open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.models import Conversation, Integration, Recipient
from outbound.sending.service_window import open_among
from tests.builders import a_recipient, an_integration, an_operator

pytestmark = pytest.mark.django_db

MAY = ("outbound.view_recipient", "outbound.declare_window", "outbound.opt_out_recipient")


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator(*MAY, username="ana"))
    client.cookies["django_language"] = "en"
    return client


def address(recipient: Recipient, action: str = "declare_window") -> str:
    return reverse(f"admin:outbound_recipient_{action}", args=[recipient.pk])


def declared(client: Client, recipient: Recipient, integration: Integration, **values: Any) -> bool:
    posted = {"integration": integration.pk, "hours": 4, "reason": "She called."} | values
    client.post(address(recipient), posted)
    return recipient.phone_key in open_among(integration, [recipient.phone_key], timezone.now())


def card(client: Client, recipient: Recipient) -> str:
    return client.get(address(recipient, "change")).content.decode()


def test_declaration_stores_user_and_reason(ana: Client) -> None:
    recipient, integration = a_recipient(), an_integration()

    is_open = declared(ana, recipient, integration)

    assert is_open
    assert "She called." in card(ana, recipient)
    entry = LogEntry.objects.get(additional_data__text="24-hour window declared open")
    assert entry.actor.username == "ana"


def test_declaration_can_be_taken_back(ana: Client) -> None:
    recipient, integration = a_recipient(), an_integration()
    declared(ana, recipient, integration)

    assert not declared(ana, recipient, integration, hours=0)


@pytest.mark.parametrize("values", [{"reason": ""}, {"hours": 25}, {"hours": "x"}, {"hours": ""}])
def test_incomplete_form_declares_nothing(ana: Client, values: dict[str, Any]) -> None:
    assert not declared(ana, a_recipient(), an_integration(), **values)
    assert not Conversation.objects.exists()


def test_declaration_keeps_the_last_inbound_message(ana: Client) -> None:
    recipient, integration, at = a_recipient(), an_integration(), timezone.now()
    Conversation.objects.create(integration=integration, phone_key=recipient.phone_key, last_inbound_at=at)

    declared(ana, recipient, integration)

    assert Conversation.objects.get().last_inbound_at == at


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"last_inbound_at": -1}, "the person wrote"),
        ({"last_inbound_at": -30}, "Closed: the person last wrote"),
        ({"declared_until": 1}, "Declared open until"),
        ({"declared_until": -1}, "No sign of the person"),
    ],
)
def test_card_shows_state_of_the_window(ana: Client, values: dict[str, int], words: str) -> None:
    recipient = a_recipient()
    moments = {name: timezone.now() + timedelta(hours=hours) for name, hours in values.items()}
    Conversation.objects.create(integration=an_integration(), phone_key=recipient.phone_key, **moments)

    assert words in card(ana, recipient)


def test_declaring_needs_permission_and_post(client: Client) -> None:
    recipient, integration = a_recipient(), an_integration()
    client.force_login(an_operator("outbound.view_recipient"))
    refused = client.post(address(recipient), {"integration": integration.pk, "hours": 4, "reason": "x"})
    client.force_login(an_operator(*MAY))

    client.get(address(recipient), {"integration": integration.pk, "hours": 4, "reason": "x"})

    assert refused.status_code == 403
    assert not Conversation.objects.exists()


def test_opt_out_stores_user_and_reason(ana: Client) -> None:
    recipient = a_recipient()

    ana.post(address(recipient, "opt_out"), {"reason": "A letter."})

    recipient.refresh_from_db()
    assert recipient.opt_out_reason == "ana: A letter."
    assert "ana: A letter." in card(ana, recipient)


def test_undoing_an_opt_out_needs_a_reason(ana: Client) -> None:
    recipient = a_recipient(opted_out_at=timezone.now())

    ana.post(address(recipient, "undo_opt_out"), {"reason": ""})

    recipient.refresh_from_db()
    assert recipient.opted_out_at is not None


def test_undone_opt_out_is_audited_and_covers_every_spelling(ana: Client) -> None:
    recipient = a_recipient(phone="+5535988001234", opted_out_at=timezone.now(), opt_out_reason="“SAIR”")
    twin = a_recipient(phone="+553588001234", opted_out_at=timezone.now())

    ana.post(address(recipient, "undo_opt_out"), {"reason": "She asked to be back."})

    twin.refresh_from_db()
    assert twin.opted_out_at is None
    entry = LogEntry.objects.get(additional_data__text="Opt-out undone", actor__username="ana")
    assert entry.changes["opt_out_reason"] == ["“SAIR”", "She asked to be back."]
