"""Turns SIGTERM, SIGINT and FINISH_SOON into an event, so that a sender can finish before it ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Sent to a whole process group. Processes ignore SIGURG by default, so only senders react.
FINISH_SOON = signal.SIGURG
SIGNALS = (signal.SIGTERM, signal.SIGINT, FINISH_SOON)
# A process that was asked to finish may be given another task before it ends. It must not begin that.
_is_over = threading.Event()


@contextmanager
def asked_by_signal() -> Iterator[threading.Event]:
    """Yield an event that a signal sets; the signal is raised again at the end.

    Outside the main thread, where signals cannot be handled, the event is set only by a former FINISH_SOON.
    """
    stop = threading.Event()
    if _is_over.is_set():
        stop.set()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    came: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        stop.set()
        if number == FINISH_SOON:
            _is_over.set()

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if before[FINISH_SOON] == signal.SIG_DFL:  # it may also arrive between two tasks
            signal.signal(FINISH_SOON, lambda _number, _frame: _is_over.set())
        if came:
            signal.raise_signal(came[0])
