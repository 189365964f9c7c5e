"""The desk where events are stored: those that come together share one transaction, and one fsync.

Whoever comes first writes for all who wait behind; meanwhile others gather, and one of them is next.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, OperationalError, connection, transaction

from outbound.tracking.inbox import Arrival, store
from outbound.turns import turn

# Zenvia counts an answer after 1 s as a failure, and one after 5 s as ten of them.
PATIENCE_SECONDS = 0.9
MOST_AT_ONCE = 100


@dataclass(eq=False)
class _Waiting:
    """An arrival whose thread waits until it is stored."""

    arrival: Arrival
    is_done: bool = False
    error: Error | None = None


class Desk:
    """Stores what the threads of this process hand in."""

    def __init__(self) -> None:
        self._queue: deque[_Waiting] = deque()
        self._writing = threading.Lock()

    def keep(self, arrival: Arrival) -> None:
        """Return when `arrival` is on disk.

        Raises the database's Error where it is not, or not in time. It may then still come to be stored;
        whoever posts it again adds a copy.
        """
        if connection.in_atomic_block:  # whoever has a transaction of their own wants it in there
            store([arrival])
            return
        waiting = _Waiting(arrival)
        self._queue.append(waiting)
        if not self._writing.acquire(timeout=PATIENCE_SECONDS):
            raise OperationalError("the inbox was not written in time")
        try:
            if not waiting.is_done:
                self._write()
        finally:
            self._writing.release()
        if waiting.error:
            raise waiting.error

    def _write(self) -> None:
        """Store all that waits at this moment, all or nothing, and tell each of them."""
        batch = [self._queue.popleft() for _place in range(min(len(self._queue), MOST_AT_ONCE))]
        error = _stored([one.arrival for one in batch])
        for one in batch:
            one.error, one.is_done = error, True


def _stored(arrivals: list[Arrival]) -> Error | None:
    """Store them; return what prevented it."""
    try:
        with _impatient(), turn(PATIENCE_SECONDS / 2), transaction.atomic():
            store(arrivals)
    except Error as error:
        return error
    return None


@contextmanager
def _impatient() -> Iterator[None]:
    """Give up on a locked SQLite sooner than the sender of the event would give up on us."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw: sqlite3.Connection = connection.connection
    raw.execute(f"PRAGMA busy_timeout = {int(PATIENCE_SECONDS * 1000)}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {settings.DATABASES['default']['OPTIONS']['timeout'] * 1000}")


desk = Desk()
