"""Records that events have an effect on, and all that they can change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from outbound.lifecycle import MessageStatus
from outbound.models import Conversation, Integration, Message, Recipient, Throttle, WebhookEvent
from outbound.tracking.processor import process_due
from tests.builders import an_integration
from tests.tracking.events import a_sent_message, arrived

ANA, BRUNO = "5535988001234", "5511988887777"
NUMBERS = {"a": 1001, "b": 1002}


def a_told_status(
    word: str, message: dict[str, str], number: int | None, at: str | None, cause: Any
) -> dict[str, Any]:
    told = {"code": word} | ({"timestamp": at} if at else {}) | ({"causes": [cause]} if cause else {})
    event = {"type": "MESSAGE_STATUS", "channel": "whatsapp", "message": message, "messageStatus": told}
    return event | ({"message_id": number} if number else {})


def a_told_answer(sender: str, text: str, at: str | None, name: str) -> dict[str, Any]:
    message = {"from": sender, "contents": [{"type": "text", "text": text}], "visitor": {"name": name}}
    return {"type": "MESSAGE", "channel": "whatsapp", "message": message} | ({"timestamp": at} if at else {})


def a_world() -> Integration:
    """Build an integration with two accepted messages."""
    integration = an_integration()
    for name, number in NUMBERS.items():
        ids = {"external_id": name, "gateway_message_id": str(number)}
        a_sent_message(MessageStatus.SENDING, integration=integration, **ids)
    return integration


def bring(integration: Integration, bodies: list[dict[str, Any]], way: str, now: datetime) -> None:
    pages = {"one page": [bodies], "two pages": [[one] for one in bodies], "an array": [[bodies]]}[way]
    for page in pages:
        for body in page:
            arrived(integration, body, now)
        while process_due(now):
            pass


def what_is_so(integration: Integration) -> dict[str, Any]:
    """Return everything that an event can have an effect on."""
    integration.refresh_from_db()
    message = ("status", "reason", "failure_code", "failure_text", "failed_at", "attempts__outcome")
    learned = WebhookEvent.objects.filter(channel_message_id__isnull=False, message__isnull=False)
    return {
        "messages": list(Message.objects.order_by("external_id").values_list(*message)),
        "windows": set(Conversation.objects.values_list("phone_key", "last_inbound_at")),
        "opted out": set(
            Recipient.objects.opted_out().values_list("phone_key", "opted_out_at", "opt_out_reason")
        ),
        "integration": (integration.status, integration.status_reason),
        "wait": set(Throttle.objects.values_list("held_until", flat=True)),
        "learned": set(learned.values_list("channel_message_id", "message__external_id")),
    }


def outcome(events: list[dict[str, Any]], ids: list[str], way: str, now: datetime) -> dict[str, Any]:
    """Return what some events change in new records, which are then rolled back."""
    with transaction.atomic():
        integration = a_world()
        bring(integration, [{"id": one, **event} for one, event in zip(ids, events, strict=True)], way, now)
        found = what_is_so(integration)
        transaction.set_rollback(True)
    return found
