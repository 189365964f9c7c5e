"""Write what was read from events beside their bytes: a whole page in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

from outbound.db.sql import rows_of, stored
from outbound.models import WebhookEvent

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
_MOMENTS = {"due_at", "happened_at"}
_NULL_WHERE_EMPTY = {"word", "event_id", "fingerprint", "external_id", "channel_message_id", "phone_key"}
_SAVE = """
UPDATE outbound_webhookevent SET {columns} FROM {rows} AS v WHERE outbound_webhookevent.id = v.id
"""


def save(events: Sequence[WebhookEvent]) -> None:
    """Write the columns that reading and applying filled; the body is never touched."""
    if not events:
        return
    names = [name for name in _COLUMNS if name != "id"]
    columns = ", ".join(f"{name} = v.{name}" for name in names)
    rows = json.dumps([{name: _value(event, name) for name in _COLUMNS} for event in events])
    with connection.cursor() as cursor:
        cursor.execute(_SAVE.format(columns=columns, rows=rows_of(_COLUMNS)), [rows])


def _value(event: WebhookEvent, name: str) -> object:
    value = getattr(event, name)
    if name in _NULL_WHERE_EMPTY:
        return value or None
    return stored(value) if name in _MOMENTS and value else value
