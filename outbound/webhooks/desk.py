"""The desk where events are stored: those that come together share one transaction, and one fsync.

Whoever comes first writes for all who wait behind; meanwhile others gather, and one of them is next.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, OperationalError, connection, transaction

from outbound.tracking.inbox import Arrival, store
from outbound.turns import turn

# Zenvia counts an answer after 1 s as a failure, and one after 5 s as ten of them.
PATIENCE_SECONDS = 0.9
MOST_AT_ONCE = 100
# So long a writer waits for others: one fsync for many is worth a thousandth of what the sender grants.
GATHER_SECONDS = 0.001


class _Waiting:
    """An arrival whose thread waits: until it is stored, or until it is its turn to write for all."""

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.error: Error | None = None
        self.leads = False
        self._sleep = threading.Lock()
        self._sleep.acquire()

    def wait(self) -> bool:
        """Sleep until somebody wakes us; return whether anybody did in time."""
        return self._sleep.acquire(timeout=PATIENCE_SECONDS)

    def wake(self) -> None:
        self._sleep.release()


class Desk:
    """Stores what the threads of this process hand in; one of them writes at a time, for all who wait."""

    def __init__(self) -> None:
        self._queue: deque[_Waiting] = deque()
        self._entrance = threading.Lock()
        self._is_writing = False

    def keep(self, arrival: Arrival) -> None:
        """Return when `arrival` is on disk.

        Raises the database's Error where it is not, or not in time. It may then still come to be stored;
        whoever posts it again adds a copy.
        """
        if connection.in_atomic_block:  # whoever has a transaction of their own wants it in there
            store([arrival])
            return
        waiting = _Waiting(arrival)
        with self._entrance:
            self._queue.append(waiting)
            waiting.leads, self._is_writing = not self._is_writing, True
        if not waiting.leads and not waiting.wait():
            self._give_up(waiting)
        if waiting.leads:
            self._write()
        if waiting.error:
            raise waiting.error

    def _give_up(self, waiting: _Waiting) -> None:
        """Leave the queue, unless it has just become our turn. Raises OperationalError."""
        with self._entrance:
            if waiting.leads:
                return
            if waiting in self._queue:
                self._queue.remove(waiting)
        raise OperationalError("the inbox was not written in time")

    def _write(self) -> None:
        """Store all that waits in a moment, all or nothing; the first who comes meanwhile is next."""
        time.sleep(GATHER_SECONDS)
        with self._entrance:
            batch = [self._queue.popleft() for _place in range(min(len(self._queue), MOST_AT_ONCE))]
        error = _stored([one.arrival for one in batch])
        for one in batch:
            one.error = error
            one.wake()
        with self._entrance:
            self._is_writing = bool(self._queue)
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].wake()


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
