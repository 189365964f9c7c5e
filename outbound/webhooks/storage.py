"""Stores webhook events as they came, before anything reads what they say."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error, OperationalError, connection, transaction

from outbound.db.sql import stored
from outbound.db.sqlite_write_lock import write_lock

# An answer after 1 s counts as a failure (outbound/gateways/zenvia/FACTS.md, "Webhook: statuses").
MAX_WAIT_SECONDS = 0.9
# An exact copy is counted and makes no second row. The columns that are read from the body are empty so far.
_INSERT = """
INSERT INTO outbound_webhookevent (
    integration_id, digest, body, received_at, due_at, address, is_foreign,
    copies, state, tries, kind, gateway_message_id, code, text, note
) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 'new', 0, '', '', '', '', '')
ON CONFLICT (integration_id, digest) DO UPDATE SET copies = outbound_webhookevent.copies + 1
"""
# Without it threads poll the file lock: 275 to 326 events/s instead of 378 to 422 (bench G12 on SQLite).
_thread_lock = threading.Lock()


@dataclass(frozen=True)
class Arrival:
    """One body as it came in; `address` is its sender's, `is_foreign` if the integration does not list it."""

    integration_id: int
    body: bytes
    received_at: datetime
    address: str = ""
    is_foreign: bool = False


def store(arrival: Arrival) -> None:
    """Commit one event. Raises the database's Error, also when the database or the row stays locked."""
    received_at = stored(arrival.received_at)
    values = [arrival.integration_id, digest(arrival.body), arrival.body, received_at, received_at]
    try:
        with _sqlite_write() if connection.vendor == "sqlite" else _postgresql_write():
            _execute(_INSERT, [*values, arrival.address, arrival.is_foreign])
    except Error:
        if not connection.in_atomic_block:
            connection.close()  # another session may do better, such as after one that may only read
        raise


def digest(body: bytes) -> str:
    """Return what an exact copy is recognised by."""
    return hashlib.sha256(body).hexdigest()


@contextmanager
def _sqlite_write() -> Iterator[None]:
    """Queue the threads of this process, then wait for the other processes."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    if not _thread_lock.acquire(timeout=MAX_WAIT_SECONDS):
        raise OperationalError("database is locked")
    try:
        with write_lock(deadline - time.monotonic()), _busy_timeout(MAX_WAIT_SECONDS / 2):
            yield
    finally:
        _thread_lock.release()


@contextmanager
def _busy_timeout(seconds: float) -> Iterator[None]:
    usual = connection.settings_dict["OPTIONS"]["timeout"]
    _execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")
    try:
        yield
    finally:
        _execute(f"PRAGMA busy_timeout = {int(1000 * usual)}")


@contextmanager
def _postgresql_write() -> Iterator[None]:
    with transaction.atomic():
        _execute(f"SET LOCAL statement_timeout = {int(1000 * MAX_WAIT_SECONDS)}")
        yield


def _execute(statement: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
