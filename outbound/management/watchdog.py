"""Watches whether a part of the worker that has work makes progress."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import Error, close_old_connections
from django.utils import timezone

from outbound.sending import heartbeat

logger = logging.getLogger(__name__)


class Watchdog:
    """Measures how long work has been due without a heartbeat of `name`, by the monotonic clock.

    The time starts again with each heartbeat, and when nothing is due or the database is unreachable, which
    a new process would not change.
    """

    def __init__(self, name: str = heartbeat.SENDER, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._beat_at: datetime | None = None
        self._quiet_since = clock()

    def is_alarmed(self) -> bool:
        """Check once; return whether there was no heartbeat for SENDER_SILENCE_SECONDS."""
        try:
            close_old_connections()
            return self._look() >= settings.SENDER_SILENCE_SECONDS
        except Error as error:
            logger.warning("The worker could not look at the database: %s", type(error).__name__)
            self._quiet_since = self._clock()
            return False

    def _look(self) -> float:
        beat_at, now = heartbeat.last_beat(self.name), self._clock()
        if beat_at != self._beat_at or not heartbeat.HAS_WORK[self.name](timezone.now()):
            self._beat_at, self._quiet_since = beat_at, now
        return now - self._quiet_since
