"""The inbox: an event is stored as it came, before anybody looks at what it says."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from outbound.db.sql import stored

# An exact copy is counted and makes no second row. Whatever is read from the body is empty so far.
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, 'new', 0, '', '', '', '', '')"
_STORE = """
INSERT INTO outbound_webhookevent (
    integration_id, digest, copies, body, received_at, due_at, address, is_foreign, state, tries,
    kind, gateway_message_id, code, text, note
) VALUES {rows}
ON CONFLICT (integration_id, digest) DO UPDATE SET copies = outbound_webhookevent.copies + 1 + EXCLUDED.copies
"""


@dataclass(frozen=True)
class Arrival:
    """One body as it came in; `address` is the sender's, `is_foreign` where that is on no list."""

    integration_id: int
    body: bytes
    received_at: datetime
    address: str = ""
    is_foreign: bool = False


def store(arrivals: Iterable[Arrival], using: Any = connection) -> None:
    """Keep arrivals, all or none: one statement over `using`, in its transaction where it has begun one."""
    first: dict[tuple[int, str], Arrival] = {}
    copies: Counter[tuple[int, str]] = Counter()
    for one in arrivals:
        key = (one.integration_id, digest(one.body))
        copies[key] += key in first
        first.setdefault(key, one)
    values: list[Any] = []
    for key in sorted(first):  # in one order everywhere, so that no two processes wait for each other
        one = first[key]
        moment = stored(one.received_at)
        values += [*key, copies[key], one.body, moment, moment, one.address, one.is_foreign]
    with using.cursor() as cursor:
        cursor.execute(_STORE.format(rows=", ".join([_ROW] * len(first))), values)


def digest(body: bytes) -> str:
    """Return what an exact copy is recognised by."""
    return hashlib.sha256(body).hexdigest()
