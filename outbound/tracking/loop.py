"""The inbox's worker: a thread that takes in what has come, as long as its process lives."""

from __future__ import annotations

import logging
import threading
import time

from django.db import DatabaseError, connection
from django.utils import timezone

from outbound.reports.count_schedule import Counting
from outbound.sending import heartbeat
from outbound.tracking.processor import PAGE_SIZE, take_in
from outbound.webhooks.purge import Purge

LOOK_SECONDS = 0.5
AFTER_FAILURE_SECONDS = 2.0
BEAT_SECONDS = 5.0
STOP_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Intake(threading.Thread):
    """Runs beside the cluster, so that no long run of the sender holds up a person's “SAIR”."""

    def __init__(self) -> None:
        super().__init__(name="intake", daemon=True)
        self._is_over = threading.Event()
        self._beat_at = 0.0
        self._counting = Counting()
        self._purge = Purge()

    def run(self) -> None:
        pause = 0.0
        while not self._is_over.wait(pause):
            pause = self._look()
        connection.close()

    def stop(self) -> None:
        """Finish the page in hand, and end; a thread that is stuck ends with its process."""
        self._is_over.set()
        self.join(STOP_SECONDS)

    def _look(self) -> float:
        """Take in one page; return how long to wait before the next."""
        try:
            count = take_in(timezone.now())
            self._beat()
            self._counting.look()
            self._purge.look()
        except DatabaseError as error:
            logger.warning("The inbox could not be looked at: %s", type(error).__name__)
            connection.close()
            return AFTER_FAILURE_SECONDS
        except Exception:
            logger.exception("The inbox was not taken in.")  # and the thread lives on
            return AFTER_FAILURE_SECONDS
        return 0.0 if count >= PAGE_SIZE else LOOK_SECONDS

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at >= BEAT_SECONDS:
            heartbeat.beat(timezone.now(), heartbeat.INTAKE)
            self._beat_at = time.monotonic()
