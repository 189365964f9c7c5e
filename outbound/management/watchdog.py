"""What the worker looks at every few seconds: is its cluster at work, and would a wake-up help."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import Error, close_old_connections
from django.utils import timezone

from outbound import heartbeat, tasks

# A wake-up that was lost on its way (Redis forgets) then costs seconds, and not the schedule's minute.
WAKE_AFTER_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Watchdog:
    """Counts how long work has been due without a new sign of life, on a clock that nobody sets.

    `wake` asks for a pump. The count begins anew with each sign of life, and where nothing is due or the
    database is away: then nobody could work, and a new cluster would change nothing.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, wake: Callable[[], object] = tasks.wake
    ) -> None:
        self._clock = clock
        self._wake = wake
        self._beat_at: datetime | None = None
        self._quiet_since = self._woke_at = clock()

    def is_alarmed(self) -> bool:
        """Look once; return whether the silence has lasted for SENDER_SILENCE_SECONDS."""
        try:
            close_old_connections()
            return self._look()
        except Error as error:
            logger.warning("The worker could not look at the database: %s", type(error).__name__)
            self._quiet_since = self._clock()
            return False

    def _look(self) -> bool:
        beat_at, now = heartbeat.last_beat(), self._clock()
        if beat_at != self._beat_at or not heartbeat.is_due(timezone.now()):
            self._beat_at, self._quiet_since = beat_at, now
        quiet = now - self._quiet_since
        if quiet >= settings.SENDER_SILENCE_SECONDS:
            return True
        if min(quiet, now - self._woke_at) >= WAKE_AFTER_SECONDS:
            self._woke_at = now
            self._wake()
        return False
