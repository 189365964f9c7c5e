"""Which events are copies: the same event again, in other bytes, under an id that came before.

An id alone makes no copy, since a sender may give one id to everything it posts. A copy tells the same in
all that has an effect. What has none may differ, such as the order of keys, a count of deliveries, or the
name of the person.
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
# Of what tells something else nothing has an effect, and most of it is not read.
_KINDS = (EventKind.STATUS, EventKind.INBOUND)
# What took effect, or waits to. A copy of an event that never did is the chance that it may.
_ORIGINALS = (EventState.WAITING, EventState.APPLIED, EventState.IDLE, EventState.UNKNOWN)
_COLUMNS = {"integration_id": "bigint", "event_id": "text", "fingerprint": "text"}
# SQLite takes the tables of a CROSS JOIN in their order here: for each row one look into the index.
_BEFORE = """
SELECT event.id, event.integration_id, event.fingerprint
FROM {rows} AS v CROSS JOIN outbound_webhookevent AS event
WHERE event.integration_id = v.integration_id AND event.event_id = v.event_id
  AND event.fingerprint = v.fingerprint AND event.state IN ({states})
"""


def mark(readings: Sequence[Reading]) -> None:
    """Settle the copies among `readings`, of an earlier event or of one in the same page."""
    named = [one for one in readings if one.told and one.event.event_id and one.event.kind in _KINDS]
    for one in named:
        one.event.fingerprint = fingerprint(one)
    known = _known([one.event for one in named]) if named else set()
    for one in named:
        key = (one.event.integration_id, one.event.fingerprint)
        if key in known:
            one.settle(EventState.COPY)
        known.add(key)


def fingerprint(reading: Reading) -> str:
    """Return what two events under one id share only if each would change just what the other does."""
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
    """Return the fingerprints that earlier events have, whatever else came under the same ids."""
    in_hand = {event.pk for event in events}
    rows = json.dumps([{name: getattr(event, name) for name in _COLUMNS} for event in events])
    states = ", ".join(f"'{state.value}'" for state in _ORIGINALS)
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE.format(rows=rows_of(_COLUMNS), states=states), [rows])
        return {(integration_id, told) for pk, integration_id, told in cursor.fetchall() if pk not in in_hand}
