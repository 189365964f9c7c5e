"""Tells `/healthz` whether this process reaches the queue."""

from __future__ import annotations

import threading
import time

from django_q.brokers import get_broker
from django_q.conf import Conf

from outbound.brokers.timeout import failure_within

ANSWER_SECONDS, EVERY_SECONDS = 0.4, 5.0


class QueueProbe:
    """Asks the queue, in one thread at a time and at most every EVERY_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_at = 0.0
        self._is_reachable = True

    def __call__(self) -> bool:
        """Return whether the queue was reachable, at most EVERY_SECONDS ago."""
        if Conf.ORM or time.monotonic() < self._ask_at or not self._lock.acquire(blocking=False):
            return self._is_reachable
        try:
            self._is_reachable = not failure_within(ANSWER_SECONDS, lambda: get_broker().ask())
            self._ask_at = time.monotonic() + EVERY_SECONDS
        finally:
            self._lock.release()
        return self._is_reachable


is_reachable = QueueProbe()
