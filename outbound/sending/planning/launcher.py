"""The launcher: a thread of the worker that carries out large launches and reverts abandoned ones."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from outbound.models import Launch
from outbound.sending.planning import launch_lease, recipient_list
from outbound.sending.planning.launch import LaunchLost, PlanChanged, carry_out

POLL_SECONDS, CLEAN_UP_SECONDS = 0.5, 60.0
AFTER_FAILURE_SECONDS = 2.0
LOST = _("It was not sent: the program that prepared it ended too soon. Please review it once more.")

logger = logging.getLogger(__name__)


class Launcher(threading.Thread):
    """Polls for launches until it is stopped, and calls `wake` after each one it carried out."""

    def __init__(self, wake: Callable[[], object]) -> None:
        super().__init__(name="launcher", daemon=True)
        self._wake = wake
        self._stop_asked = threading.Event()
        self._clean_up_at = 0.0

    def run(self) -> None:
        pause = 0.0
        while not self._stop_asked.wait(pause):
            pause = self.poll()
        connection.close()

    def stop(self) -> None:
        """Finish the current batch and end; the next worker continues."""
        self._stop_asked.set()
        self.join()

    def poll(self) -> float:
        """Carry out one launch, if there is one; return the seconds to wait before the next poll."""
        try:
            self._clean_up()
            if not carry_out_next(self._stop_asked):
                return POLL_SECONDS
            self._wake()
            return 0.0
        except DatabaseError as error:
            logger.warning("Launches could not be looked at: %s", type(error).__name__)
            connection.close()
        except Exception:
            logger.exception("A launch could not be prepared.")  # the thread goes on
        return AFTER_FAILURE_SECONDS

    def _clean_up(self) -> None:
        if time.monotonic() >= self._clean_up_at:
            self._clean_up_at = time.monotonic() + CLEAN_UP_SECONDS
            recipient_list.clean_up(timezone.now())


def carry_out_next(stop: threading.Event | None = None) -> bool:
    """Carry out or revert the oldest launch that no process holds; return whether there was one.

    Where `stop` is set it is released after the current batch.
    """
    lease = launch_lease.take(timezone.now())
    if lease is None:
        return False
    try:
        _carry_out_or_revert(lease, stop)
    except LaunchLost:
        pass  # a person stopped it: the next poll reverts it
    except (PlanChanged, ValidationError):
        logger.info("Send %s was not prepared: it changed since its review.", lease.pk)
    return True


def _carry_out_or_revert(lease: Launch, stop: threading.Event | None) -> None:
    if lease.withdrawn:
        launch_lease.revert(lease, lease.withdrawn)
    elif lease.goes_on:
        carry_out(lease, timezone.now(), stop)
    else:
        # Its caller got no answer and may try again, so it must not also go out by itself.
        launch_lease.revert(lease, LOST)
