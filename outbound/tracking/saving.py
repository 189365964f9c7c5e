"""Saves what was read from a batch of events, and when each integration was last heard of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from outbound.db.sql import rows_of, stored
from outbound.models import Integration, WebhookEvent

_COLUMNS = {
    "id": "bigint",
    "state": "text",
    "due_at": "timestamptz",
    "tries": "int",
    "kind": "text",
    "word": "text",
    "event_id": "text",
    "fingerprint": "text",
    "external_id": "text",
    "gateway_message_id": "text",
    "channel_message_id": "text",
    "phone_key": "text",
    "happened_at": "timestamptz",
    "code": "text",
    "text": "text",
    "note": "text",
    "message_id": "bigint",
}
_DATETIMES = {"due_at", "happened_at"}
_NULL_WHERE_EMPTY = {"word", "event_id", "fingerprint", "external_id", "channel_message_id", "phone_key"}
_SAVE = """
UPDATE outbound_webhookevent SET {columns} FROM {rows} AS v WHERE outbound_webhookevent.id = v.id
"""


# A sender needs the integration's row too, so it is not written for every event.
LAST_EVENT_PRECISION = timedelta(minutes=1)


def save(events: Sequence[WebhookEvent]) -> None:
    """Write the columns that reading and applying filled, in one statement; never the body."""
    if not events:
        return
    names = [name for name in _COLUMNS if name != "id"]
    columns = ", ".join(f"{name} = v.{name}" for name in names)
    rows = json.dumps([{name: _value(event, name) for name in _COLUMNS} for event in events])
    with connection.cursor() as cursor:
        cursor.execute(_SAVE.format(columns=columns, rows=rows_of(_COLUMNS)), [rows])
    _save_last_event(events)


def _save_last_event(events: Sequence[WebhookEvent]) -> None:
    newest: dict[int, datetime] = {}
    for event in events:
        pk = event.integration_id
        newest[pk] = max(event.received_at, newest.get(pk, event.received_at))
    for pk, at in sorted(newest.items()):
        known = Integration.objects.filter(pk=pk).exclude(last_event_at__gt=at - LAST_EVENT_PRECISION)
        known.update(last_event_at=at)


def _value(event: WebhookEvent, name: str) -> object:
    value = getattr(event, name)
    if name in _NULL_WHERE_EMPTY:
        return value or None
    return stored(value) if name in _DATETIMES and value else value
