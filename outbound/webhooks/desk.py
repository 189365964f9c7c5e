"""The desk where events are stored: those that come together share one transaction, and one fsync.

In SQLite whoever waits to write only looks now and then, so of many that wait at once the unlucky ones wait
for long. Here one thread of each process writes for all of its others.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from django.db import Error, OperationalError, connection, transaction

from outbound.tracking.inbox import Arrival, store

# Zenvia counts an answer after 1 s as a failure, and one after 5 s as ten of them.
PATIENCE_SECONDS = 0.9
MOST_AT_ONCE = 100


@dataclass
class _Waiting:
    """An arrival, and the thread that waits until it is stored."""

    arrival: Arrival
    is_done: threading.Event = field(default_factory=threading.Event)
    error: Error | None = None


class Desk:
    """Stores what any thread hands in; the writer starts with the first arrival of its process."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._process = 0
        self._thread: threading.Thread | None = None

    def keep(self, arrival: Arrival) -> None:
        """Return when `arrival` is on disk.

        Raises the database's Error where it is not. After an error it may still come to be stored; whoever
        then posts it again adds a copy.
        """
        if connection.in_atomic_block:  # whoever has a transaction of their own wants it in there
            store(arrival)
            return
        self._start()
        waiting = _Waiting(arrival)
        self._queue.put(waiting)
        if not waiting.is_done.wait(PATIENCE_SECONDS):
            raise OperationalError("the inbox was not written in time")
        if waiting.error:
            raise waiting.error

    def close(self) -> None:
        """Let the writer finish what waits, and end; the next arrival starts another."""
        with self._starting:
            if self._thread and self._process == os.getpid():
                self._queue.put(None)
                self._thread.join()
            self._process, self._thread = 0, None

    def _start(self) -> None:
        if self._process == os.getpid():
            return
        with self._starting:  # after a fork the thread is left behind
            if self._process != os.getpid():
                self._thread = threading.Thread(target=self._work, name="webhook desk", daemon=True)
                self._thread.start()
                self._process = os.getpid()

    def _work(self) -> None:
        while first := self._queue.get():
            batch = [first, *self._those_behind()]
            error = _write(batch)
            for one in batch:
                one.error = error
                one.is_done.set()
        connection.close()

    def _those_behind(self) -> Iterator[_Waiting]:
        for _place in range(MOST_AT_ONCE - 1):
            try:
                one = self._queue.get_nowait()
            except Empty:
                return
            if one is None:  # to be seen when the batch is done
                self._queue.put(None)
                return
            yield one


def _write(batch: list[_Waiting]) -> Error | None:
    """Store a batch, all or nothing; return what prevented it."""
    try:
        connection.close_if_unusable_or_obsolete()
        with _impatient(), transaction.atomic():
            for one in batch:
                store(one.arrival)
    except Error as error:
        connection.close()
        return error
    return None


@contextmanager
def _impatient() -> Iterator[None]:
    """Give up on a locked SQLite sooner than its sender would give up on us."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        raw: sqlite3.Connection = connection.connection
        raw.execute(f"PRAGMA busy_timeout = {int(PATIENCE_SECONDS * 1000)}")
    yield


desk = Desk()
