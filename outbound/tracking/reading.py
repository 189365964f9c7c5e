"""Reads the bytes of an event into the columns of its row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from outbound import phones
from outbound.gateways import gateway
from outbound.gateways.base import Inbound, ParsedEvent, StatusUpdate, Unreadable
from outbound.lifecycle import EventKind, EventState
from outbound.models import WebhookEvent
from outbound.webhooks.storage import digest

# Times further off than this are kept and marked.
MAX_AHEAD, MAX_AGE = timedelta(minutes=10), timedelta(days=7)
ODD_TIME = "odd_time"


@dataclass
class Reading:
    """An event and what it says: one parsed event, or in `parts` several; None if it cannot be read.

    `phone` is the sender of an inbound message, None if the number cannot be read.
    """

    event: WebhookEvent
    parsed: ParsedEvent | None = None
    parts: Sequence[Any] = ()
    phone: phones.Phone | None = None

    @property
    def is_settled(self) -> bool:
        return self.event.due_at is None

    def settle(self, state: EventState) -> None:
        """Give the event its final state: nothing is left to do."""
        self.event.state, self.event.due_at = state, None

    def postpone(self, delay: timedelta, now: datetime) -> None:
        """Look at the event again after `delay`."""
        self.event.state, self.event.due_at = EventState.WAITING, now + delay


def read_batch(events: Iterable[WebhookEvent], now: datetime) -> list[Reading]:
    """Read events, settle those that need nothing more, and store each element of an array as an event."""
    readings = [read(event) for event in events]
    parts = [_part(reading.event, item, now) for reading in readings for item in reading.parts]
    WebhookEvent.objects.bulk_create(parts, batch_size=500, ignore_conflicts=True)
    return readings


def read(event: WebhookEvent) -> Reading:
    """Read an event's body into its row; `note` says why it cannot be read."""
    event.note = ""  # of an earlier try
    try:
        items = gateway.split_events(bytes(event.body))
        return _read_many(event, items) if len(items) > 1 else _read_one(event, gateway.parse_event(items[0]))
    except Unreadable as error:
        event.note = str(error)[:100]
    reading = Reading(event)
    reading.settle(EventState.UNREADABLE)
    return reading


def _read_many(event: WebhookEvent, items: Sequence[Any]) -> Reading:
    event.kind = EventKind.SEVERAL
    reading = Reading(event, parts=items)
    reading.settle(EventState.APPLIED)
    return reading


def _read_one(event: WebhookEvent, parsed: ParsedEvent) -> Reading:
    reading = Reading(event, parsed)
    event.event_id = parsed.event_id
    if isinstance(parsed, StatusUpdate):
        event.kind, event.word, event.happened_at = EventKind.STATUS, parsed.word, parsed.happened_at
        event.external_id, event.channel_message_id = parsed.external_id, parsed.channel_message_id
        event.gateway_message_id, event.code, event.text = parsed.gateway_message_id, parsed.code, parsed.text
    elif isinstance(parsed, Inbound):
        event.kind, event.text, event.happened_at = EventKind.INBOUND, parsed.text, parsed.happened_at
        reading.phone = sender_of(parsed.sender)
    else:
        event.kind, event.word = EventKind.OTHER, parsed.word
        reading.settle(EventState.IDLE)
    if event.happened_at and is_odd(event.happened_at, event.received_at):
        event.note = ODD_TIME
    return reading


def _part(event: WebhookEvent, item: Any, now: datetime) -> WebhookEvent:
    # Surrogates that JSON escapes may spell are kept escaped, so that this is always UTF-8.
    body = json.dumps(item, sort_keys=True, separators=(",", ":")).encode()
    return WebhookEvent(
        integration_id=event.integration_id,
        body=body,
        digest=digest(body),
        received_at=event.received_at,
        due_at=now,
        address=event.address,
        is_foreign=event.is_foreign,
        part_of=event,
    )


def is_odd(happened_at: datetime, received_at: datetime) -> bool:
    """Whether a time given by the gateway cannot be right, so that nothing may be ordered by it."""
    return not -MAX_AGE < happened_at - received_at < MAX_AHEAD


def sender_of(written: str) -> phones.Phone | None:
    """Return the number of an event, which may carry 55 and lack the ninth digit; None if it is none."""
    # The channel writes the country code, so that is tried first: read as it stands, a mobile of Peru
    # (51 987…) would be one of Porto Alegre, and the wrong person would be opted out.
    international = written if written.startswith("+") else f"+{written}"
    for spelling in (international, written):
        try:
            return phones.parse(spelling)
        except ValidationError:
            continue
    return None
