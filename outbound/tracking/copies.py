"""Recognises copies: the same event under the same id, in other bytes.

The id alone makes no copy, since a gateway may give one id to everything it posts. A copy says the same in
all that has an effect; the rest may differ, such as the order of keys, a count of deliveries or a name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.db import connection

from outbound.db.sql import rows_of
from outbound.lifecycle import EventKind, EventState
from outbound.models import WebhookEvent
from outbound.tracking.reading import Reading

FINGERPRINT_LENGTH = 32
# Other events have no effect, and most of their content is not read.
_KINDS = (EventKind.STATUS, EventKind.INBOUND)
# What took effect, or waits to. A copy of an event without effect may still have one.
_ORIGINALS = (EventState.WAITING, EventState.APPLIED, EventState.IDLE, EventState.UNKNOWN)
_COLUMNS = {"integration_id": "bigint", "event_id": "text", "fingerprint": "text"}
# SQLite takes the tables of a CROSS JOIN in their order: one lookup in the index for each row.
_BEFORE = """
SELECT event.id, event.integration_id, event.fingerprint
FROM {rows} AS v CROSS JOIN outbound_webhookevent AS event
WHERE event.integration_id = v.integration_id AND event.event_id = v.event_id
  AND event.fingerprint = v.fingerprint AND event.state IN ({states})
"""


def drop_copies(readings: Sequence[Reading]) -> list[Reading]:
    """Settle copies of earlier events and of others in the batch; return the events still to be applied."""
    named = [one for one in readings if one.event.event_id and one.event.kind in _KINDS and one.parsed]
    for one in named:
        one.event.fingerprint = fingerprint(one)
    known = _known([one.event for one in named]) if named else set()
    for one in named:
        key = (one.event.integration_id, one.event.fingerprint)
        if key in known:
            one.settle(EventState.COPY)
        known.add(key)
    return [one for one in readings if not one.is_settled]


def fingerprint(reading: Reading) -> str:
    """Return a digest of all that has an effect; two events under one id share it only if they are copies."""
    event = reading.event
    told = [
        event.event_id,
        event.kind,
        event.word or "",
        event.external_id or "",
        event.gateway_message_id,
        event.channel_message_id or "",
        reading.phone.key if reading.phone else "",
        event.happened_at.timestamp() if event.happened_at else None,
        event.code,
        event.text,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:FINGERPRINT_LENGTH]


def _known(events: list[WebhookEvent]) -> set[tuple[int, str | None]]:
    """Return the integrations and fingerprints of earlier events under the same ids."""
    batch = {event.pk for event in events}
    rows = json.dumps([{name: getattr(event, name) for name in _COLUMNS} for event in events])
    states = ", ".join(f"'{state.value}'" for state in _ORIGINALS)
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE.format(rows=rows_of(_COLUMNS), states=states), [rows])
        return {(integration_id, told) for pk, integration_id, told in cursor.fetchall() if pk not in batch}
