"""Runs the thread of the worker that processes webhook events, counts days and purges old events."""

from __future__ import annotations

import logging
import threading
import time

from django.db import DatabaseError, connection
from django.utils import timezone

from outbound.reports.count_schedule import CountSchedule
from outbound.sending import heartbeat
from outbound.tracking.processor import BATCH_SIZE, process_due
from outbound.webhooks.purge import Purge

POLL_SECONDS = 0.5
AFTER_FAILURE_SECONDS = 2.0
HEARTBEAT_SECONDS = 5.0
STOP_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Intake(threading.Thread):
    """Runs beside django-q2, so that no long run of the sender delays an opt-out."""

    def __init__(self) -> None:
        super().__init__(name="intake", daemon=True)
        self._stop_requested = threading.Event()
        self._heartbeat_at = 0.0
        self._count_schedule = CountSchedule()
        self._purge = Purge()

    def run(self) -> None:
        pause = 0.0
        while not self._stop_requested.wait(pause):
            pause = self._process()
        connection.close()

    def stop(self) -> None:
        """End after the current batch; a thread that is stuck ends with its process."""
        self._stop_requested.set()
        self.join(STOP_SECONDS)

    def _process(self) -> float:
        """Process one batch; return how many seconds to wait before the next."""
        try:
            count = process_due(timezone.now())
            self._send_heartbeat()
            self._count_schedule.run_due()
            self._purge.run_due()
        except DatabaseError as error:
            logger.warning("The inbox could not be looked at: %s", type(error).__name__)
            connection.close()
            return AFTER_FAILURE_SECONDS
        except Exception:
            logger.exception("The events were not processed.")  # and the thread lives on
            return AFTER_FAILURE_SECONDS
        return 0.0 if count >= BATCH_SIZE else POLL_SECONDS

    def _send_heartbeat(self) -> None:
        if time.monotonic() - self._heartbeat_at >= HEARTBEAT_SECONDS:
            heartbeat.beat(timezone.now(), heartbeat.INTAKE)
            self._heartbeat_at = time.monotonic()
