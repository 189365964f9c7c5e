"""When a sender's run ends: its time is up, or it is asked to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

NEARLY_OVER_SECONDS = 1.0
# How long after its time a run may still begin requests for messages that it has claimed.
GRACE_SECONDS = 5.0


class Shutdown:
    """The end of one run of `seconds`; `stop` brings it forward.

    `on_nearly_over` is called once, a second before the time is up.
    """

    def __init__(
        self, seconds: float, stop: threading.Event | None, on_nearly_over: Callable[[], None] | None
    ) -> None:
        self._deadline = time.monotonic() + seconds
        self._stop = stop or threading.Event()
        self._on_nearly_over = on_nearly_over

    def request(self) -> None:
        """Ask the run to stop."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait, less where the run is asked to stop meanwhile."""
        self._stop.wait(seconds)

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.monotonic()

    @property
    def may_claim(self) -> bool:
        return not self._stop.is_set() and self.seconds_left > 0

    @property
    def may_begin(self) -> bool:
        """Whether requests may still begin for messages that were claimed."""
        return not self._stop.is_set() and self.seconds_left > -GRACE_SECONDS

    def announce(self) -> None:
        """Call `on_nearly_over` when it is time."""
        if self._on_nearly_over and self.seconds_left < NEARLY_OVER_SECONDS:
            call, self._on_nearly_over = self._on_nearly_over, None
            try:
                call()
            except Exception as error:  # noqa: BLE001 - a lost wake-up costs time, and nothing else
                logger.warning("The next run could not be called for: %s", type(error).__name__)
