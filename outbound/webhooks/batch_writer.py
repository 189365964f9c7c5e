"""The desk where events are stored: those that come together share one statement, and one fsync.

Whoever comes first writes for all who wait behind; meanwhile others gather, and one of them is next.
"""

from __future__ import annotations

import threading
from collections import deque

from django.db import IntegrityError, OperationalError, connection

from outbound.webhooks import secrets
from outbound.webhooks.connection import Line
from outbound.webhooks.storage import Arrival, store

# Zenvia counts an answer after 1 s as a failure, and one after 5 s as ten of them.
PATIENCE_SECONDS = 0.9
MOST_AT_ONCE = 100
# So long a writer waits for as many as came together the last time; whoever comes alone waits for nobody.
GATHER_SECONDS = 0.003


class _Waiting:
    """An arrival whose thread waits: until it is stored, or until it is its turn to write for all."""

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.error: Exception | None = None
        self.leads = False
        self._sleep = threading.Lock()
        self._sleep.acquire()

    def wait(self) -> bool:
        """Sleep until somebody wakes us; return whether anybody did in time."""
        return self._sleep.acquire(timeout=PATIENCE_SECONDS)

    def wake(self) -> None:
        # Who was handed the lead as their patience ended is awake already, and wakes themselves once more.
        if self._sleep.locked():
            self._sleep.release()


class Desk:
    """Stores what the threads of this process hand in; one of them writes at a time, for all who wait."""

    def __init__(self) -> None:
        self._line = Line(PATIENCE_SECONDS)
        self._queue: deque[_Waiting] = deque()
        self._entrance = threading.Condition()
        self._is_writing = False
        self._expected = 1  # as many as came together the last time

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
            if len(self._queue) == self._expected:
                self._entrance.notify()
        if not waiting.leads and not waiting.wait():
            self._give_up(waiting)
        if waiting.leads:
            self._write()
        if waiting.error:
            raise waiting.error

    def close(self) -> None:
        """Close the line to the database; whoever comes next opens it again."""
        self._line.close()

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
        with self._entrance:
            self._entrance.wait_for(lambda: len(self._queue) >= self._expected, GATHER_SECONDS)
            self._expected = min(len(self._queue), MOST_AT_ONCE)
            batch = [self._queue.popleft() for _place in range(self._expected)]
        try:
            self._store(batch)
            for one in batch:
                one.wake()
        finally:
            self._hand_over()

    def _hand_over(self) -> None:
        with self._entrance:
            self._is_writing = bool(self._queue)
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].wake()

    def _store(self, batch: list[_Waiting]) -> None:
        """Store them, and let each know what prevented it."""
        error = self._stored(batch)
        if not isinstance(error, IntegrityError):
            return
        secrets.forget()  # an integration was deleted, and its door is still remembered: it spoils no other's
        for pk in {one.arrival.integration_id for one in batch}:
            self._stored([one for one in batch if one.arrival.integration_id == pk])

    def _stored(self, batch: list[_Waiting]) -> Exception | None:
        error: Exception | None = None
        try:
            self._line.store([one.arrival for one in batch])
        except Exception as caught:  # noqa: BLE001 - raised by each whose event is not stored
            error = caught
        for one in batch:
            one.error = error
        return error


desk = Desk()
