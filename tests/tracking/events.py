"""Webhook events and messages for tests, and steps that process them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from outbound.lifecycle import AttemptOutcome, MessageStatus
from outbound.models import Attempt, Integration, Message, WebhookEvent
from outbound.tracking.processor import process_due
from outbound.webhooks.storage import Arrival, store
from tests.builders import a_message

_numbers = count(1)


def a_sent_message(status: MessageStatus = MessageStatus.ACCEPTED, **values: Any) -> Message:
    """Build a message with an attempt that fits its status."""
    number = next(_numbers)
    values = {"external_id": f"ours-{number}", "attempt_count": 1, "gateway_message_id": str(number)} | values
    message = a_message(status=status, **values)
    outcomes = {
        MessageStatus.SENDING: AttemptOutcome.OPEN,
        MessageStatus.UNCONFIRMED: AttemptOutcome.AMBIGUOUS,
        MessageStatus.QUEUED: AttemptOutcome.NOT_SENT,
        MessageStatus.CANCELLED: AttemptOutcome.NOT_SENT,
        MessageStatus.REFUSED: AttemptOutcome.REFUSED,
        MessageStatus.ASSUMED_SENT: AttemptOutcome.AMBIGUOUS,
        MessageStatus.ASSUMED_NOT_SENT: AttemptOutcome.AMBIGUOUS,
    }
    Attempt.objects.create(
        message=message,
        number=1,
        external_id=message.external_id,
        opened_at=timezone.now(),
        outcome=outcomes.get(status, AttemptOutcome.ACCEPTED),
    )
    return message


def a_status(word: str, external_id: str | None, **values: Any) -> dict[str, Any]:
    """Write a status as Zenvia's channel does."""
    cause = values.pop("cause", None)
    return {
        "id": f"event-{next(_numbers)}",
        "type": "MESSAGE_STATUS",
        "channel": "whatsapp",
        "message": {"externalId": external_id} if external_id else {},
        "messageStatus": {"code": word, "timestamp": "2026-11-25T12:00:00Z"}
        | ({"causes": [cause]} if cause else {}),
    } | values


def an_answer(sender: str, text: str, **values: Any) -> dict[str, Any]:
    """Write a person's message as Zenvia's channel does."""
    return {
        "id": f"event-{next(_numbers)}",
        "type": "MESSAGE",
        "channel": "whatsapp",
        "message": {"from": sender, "direction": "IN", "contents": [{"type": "text", "text": text}]},
    } | values


def arrived(integration: Integration, body: Any, at: datetime | None = None) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    store(Arrival(integration.pk, raw, at or timezone.now()))


def processed(integration: Integration, *bodies: Any) -> list[WebhookEvent]:
    """Store bodies and process them; return all events, the oldest first."""
    for body in bodies:
        arrived(integration, body)
    return process_all()


def process_all() -> list[WebhookEvent]:
    """Process all stored events; return them, the oldest first."""
    while process_due(timezone.now() + timedelta(seconds=1)):
        pass
    return list(WebhookEvent.objects.order_by("id"))


def status_of(message: Message) -> str:
    message.refresh_from_db()
    return message.status
