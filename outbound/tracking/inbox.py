"""The inbox: an event is stored as it came, before anybody looks at what it says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from outbound.statements import stored

# An exact copy is counted and makes no second row. Whatever is read from the body is empty so far.
_STORE = """
INSERT INTO outbound_webhookevent (
    integration_id, body, digest, received_at, due_at, address, is_foreign, copies, state, tries,
    kind, word, event_id, external_id, gateway_message_id, channel_message_id, phone_key, code, text, note
) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 'new', 0, '', '', '', '', '', '', '', '', '', '')
ON CONFLICT (integration_id, digest) DO UPDATE SET copies = outbound_webhookevent.copies + 1
"""


@dataclass(frozen=True)
class Arrival:
    """One body as it came in; `address` is the sender's, `is_foreign` where that is on no list."""

    integration_id: int
    body: bytes
    received_at: datetime
    address: str = ""
    is_foreign: bool = False


def store(arrival: Arrival) -> None:
    """Keep an arrival: one statement, and the transaction is the caller's."""
    moment = stored(arrival.received_at)
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [
                arrival.integration_id,
                arrival.body,
                digest(arrival.body),
                moment,
                moment,
                arrival.address,
                arrival.is_foreign,
            ],
        )


def digest(body: bytes) -> str:
    """Return what an exact copy is recognised by."""
    return hashlib.sha256(body).hexdigest()
