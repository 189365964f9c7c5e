"""From the raw bytes of an event to what it tells, with what was read written beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outbound import phones
from outbound.gateways import gateway
from outbound.gateways.base import Inbound, ParsedEvent, StatusUpdate, Unreadable
from outbound.lifecycle import EventKind, EventState
from outbound.models import WebhookEvent
from outbound.tracking.inbound import sender_of
from outbound.webhooks.storage import digest

# Times of a provider that are so far off are kept, and marked.
AHEAD, BEHIND = timedelta(minutes=10), timedelta(days=7)
ODD_TIME = "odd_time"


@dataclass
class Reading:
    """One event in hand: its row, what it tells (None where that is nothing to apply), and its parts.

    `phone` is who wrote, where somebody did and the number can be read.
    """

    event: WebhookEvent
    told: ParsedEvent | None = None
    parts: list[Any] | None = None
    phone: phones.Phone | None = None

    @property
    def update(self) -> StatusUpdate:
        assert isinstance(self.told, StatusUpdate)
        return self.told

    def settle(self, state: EventState) -> None:
        """Nothing is left to do with it."""
        self.event.state, self.event.due_at = state, None


def read(event: WebhookEvent) -> Reading:
    """Read an event's body into its row; what cannot be read says why and is settled."""
    reading = Reading(event)
    event.note = ""  # of an earlier try
    try:
        found = gateway.split_events(bytes(event.body))
        if len(found) > 1:
            reading.parts = found
            event.kind = EventKind.SEVERAL
            reading.settle(EventState.APPLIED)
        else:
            told = reading.told = gateway.parse_event(found[0])
            reading.phone = sender_of(told.sender) if isinstance(told, Inbound) else None
            _note(event, told)
    except Unreadable as error:
        event.note = str(error)[:100]
        reading.settle(EventState.UNREADABLE)
    return reading


def split(readings: list[Reading], now: datetime) -> None:
    """Make an event of its own of each in an array; one that came before is not made again."""
    parts = [
        WebhookEvent(
            integration_id=one.event.integration_id,
            body=body,
            digest=digest(body),
            received_at=one.event.received_at,
            due_at=now,
            address=one.event.address,
            is_foreign=one.event.is_foreign,
            part_of=one.event,
        )
        for one in readings
        for body in map(_as_body, one.parts or [])
    ]
    WebhookEvent.objects.bulk_create(parts, batch_size=500, ignore_conflicts=True)


def is_odd(happened_at: datetime, received_at: datetime) -> bool:
    """Whether a provider's time cannot be right, so that nothing may be ordered by it."""
    return not -BEHIND < happened_at - received_at < AHEAD


def _note(event: WebhookEvent, told: ParsedEvent) -> None:
    event.event_id = told.event_id
    if isinstance(told, StatusUpdate):
        event.kind, event.word, event.happened_at = EventKind.STATUS, told.word, told.happened_at
        event.external_id, event.channel_message_id = told.external_id, told.channel_message_id
        event.gateway_message_id, event.code, event.text = told.gateway_message_id, told.code, told.text
    elif isinstance(told, Inbound):
        event.kind, event.text, event.happened_at = EventKind.INBOUND, told.text, told.happened_at
    else:
        event.kind, event.word = EventKind.OTHER, told.word
    if event.happened_at and is_odd(event.happened_at, event.received_at):
        event.note = ODD_TIME


def _as_body(item: Any) -> bytes:
    # Surrogates that JSON escapes may spell are kept escaped, so that this is always UTF-8.
    return json.dumps(item, sort_keys=True, separators=(",", ":")).encode()
