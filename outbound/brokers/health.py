"""Whether wake-ups get through from this process, for `/healthz`."""

from __future__ import annotations

import threading
import time

from django_q.brokers import get_broker
from django_q.conf import Conf

from outbound.brokers.timeout import failure_within

ANSWER_SECONDS, EVERY_SECONDS = 0.4, 5.0


class Reach:
    """Asks the queue, in one thread at a time and every few seconds at most."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._ask_at = 0.0
        self._is_there = True

    def __call__(self) -> bool:
        """Return what was found a few seconds ago at most."""
        if Conf.ORM or time.monotonic() < self._ask_at or not self._asking.acquire(blocking=False):
            return self._is_there
        try:
            self._is_there = not failure_within(ANSWER_SECONDS, lambda: get_broker().ask())
            self._ask_at = time.monotonic() + EVERY_SECONDS
        finally:
            self._asking.release()
        return self._is_there


get_through = Reach()
