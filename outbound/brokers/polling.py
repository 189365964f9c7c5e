"""Wakes the worker when a wake-up arrives, and by itself when rows are due.

A wake-up carries nothing and is removed from the queue with all others when it is taken. So wake-ups do not
pile up, one may be lost, and nothing depends on django-q2's monitor, which would acknowledge it.
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

POLL_SECONDS = 3.0
# A pump does more than send, such as recovery, so it also runs when nothing is due.
MAX_IDLE_SECONDS = 60.0

logger = logging.getLogger(__name__)


class WakeUps(Broker):
    """Wakes the worker when it starts, when something is due, at a wake-up, and every MAX_IDLE_SECONDS."""

    _poll_at = 0.0
    _woke_at = -math.inf

    def dequeue(self) -> list[tuple[None, str]] | None:
        """Return one wake-up without an id, so that it is not acknowledged, or None after a short wait."""
        if not (self._is_time() or self.is_asked_for()):
            return None
        self._woke_at = time.monotonic()
        return [(None, _package())]

    def is_asked_for(self) -> bool:
        """Wait a moment for a wake-up, and remove all there are."""
        raise NotImplementedError

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now < self._poll_at:
            return False
        self._poll_at = now + POLL_SECONDS
        return now - self._woke_at >= MAX_IDLE_SECONDS or _is_due()


def drop_connection(error: Error) -> None:
    """Log a database error and close the connection, so that the next query opens another."""
    logger.warning("The worker could not look at the database: %s", type(error).__name__)
    connection.close()


def _is_due() -> bool:
    try:
        close_old_connections()
        return heartbeat.is_due(timezone.now())
    except Error as error:
        drop_connection(error)
        return False


def _package() -> str:
    name, key = uuid()
    wake_up = {"id": key, "name": name, "func": PUMP, "args": (), "kwargs": {}, "started": timezone.now()}
    return SignedPackage.dumps(wake_up)
