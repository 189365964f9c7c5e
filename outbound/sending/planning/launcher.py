"""The launcher: a thread of the worker that prepares large sends, and takes back what nobody goes on with."""

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
from outbound.sending.planning.launch import LaunchLost, PlanChanged, write

LOOK_SECONDS, CLEAR_SECONDS = 0.5, 60.0
AFTER_FAILURE_SECONDS = 2.0
LOST = _("It was not sent: the program that prepared it ended too soon. Please review it once more.")

logger = logging.getLogger(__name__)


class Launcher(threading.Thread):
    """Runs beside the cluster; `then` is called in the transaction that makes a launch a running send."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__(name="launcher", daemon=True)
        self._then = then
        self._is_over = threading.Event()
        self._clear_at = 0.0

    def run(self) -> None:
        pause = 0.0
        while not self._is_over.wait(pause):
            pause = self._look()
        connection.close()

    def stop(self) -> None:
        """Finish the chunk in hand, and end; the next worker goes on."""
        self._is_over.set()
        self.join()

    def _look(self) -> float:
        """Do what one launch needs; return how long to wait before the next look."""
        try:
            self._clear_lists()
            return 0.0 if attend(self._then, lambda: not self._is_over.is_set()) else LOOK_SECONDS
        except DatabaseError as error:
            logger.warning("Launches could not be looked at: %s", type(error).__name__)
            connection.close()
        except Exception:
            logger.exception("A launch could not be prepared.")  # and the thread lives on
        return AFTER_FAILURE_SECONDS

    def _clear_lists(self) -> None:
        if time.monotonic() >= self._clear_at:
            self._clear_at = time.monotonic() + CLEAR_SECONDS
            recipient_list.clear(timezone.now())


def attend(then: Callable[[], object], may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Bring one launch that nobody holds to its end; return whether there was any."""
    held = launch_lease.take(timezone.now())
    if held is None:
        return False
    try:
        _bring_to_its_end(held, then, may_go_on)
    except LaunchLost:
        pass  # a person stopped it: the next look takes it back
    except (PlanChanged, ValidationError):
        logger.info("Send %s was not prepared: it changed since its review.", held.pk)
    return True


def _bring_to_its_end(held: Launch, then: Callable[[], object], may_go_on: Callable[[], bool]) -> None:
    if held.withdrawn:
        launch_lease.take_back(held, held.withdrawn)
    elif held.goes_on:
        write(held, timezone.now(), then, may_go_on)
    else:
        # Whoever asked for it got no answer, and may ask again: it must not go out a second time by itself.
        launch_lease.take_back(held, LOST)
