"""What wakes the worker, however wake-ups reach it: it also looks at the rows by itself.

A wake-up says nothing but "look at the rows". It leaves the queue when it is taken, together with all others
that wait there, and what it holds is not read. So wake-ups cannot pile up, one may be lost, and nothing
depends on django-q2's monitor, which would acknowledge it.
"""

from __future__ import annotations

import logging
import math
import time

from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django_q.brokers import Broker
from django_q.humanhash import uuid
from django_q.signing import SignedPackage

from outbound.sending import heartbeat
from outbound.tasks import PUMP

# How often the worker looks at the rows, and how often it pumps in any case, for what a pump does besides
# sending.
LOOK_SECONDS = 3.0
PUMP_ANYWAY_SECONDS = 60.0

logger = logging.getLogger(__name__)


class WakeUps(Broker):
    """Wakes the worker when it starts, when something is due, when somebody asks, and once a minute."""

    _look_at = 0.0
    _woke_at = -math.inf

    def dequeue(self) -> list[tuple[None, str]] | None:
        """Return one wake-up, or None after a short wait; it has no number, so nobody acknowledges it."""
        if not (self._is_time() or self.is_asked_for()):
            return None
        self._woke_at = time.monotonic()
        return [(None, _package())]

    def is_asked_for(self) -> bool:
        """Wait a moment for a wake-up, and take out all there are."""
        raise NotImplementedError

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now < self._look_at:
            return False
        self._look_at = now + LOOK_SECONDS
        return now - self._woke_at >= PUMP_ANYWAY_SECONDS or _is_due()


def part_with_database(error: Error) -> None:
    """Say that the database failed, and begin anew with the next question."""
    logger.warning("The worker could not look at the database: %s", type(error).__name__)
    connection.close()


def _is_due() -> bool:
    try:
        close_old_connections()
        return heartbeat.is_due(timezone.now())
    except Error as error:
        part_with_database(error)
        return False


def _package() -> str:
    name, key = uuid()
    wake_up = {"id": key, "name": name, "func": PUMP, "args": (), "kwargs": {}, "started": timezone.now()}
    return SignedPackage.dumps(wake_up)
