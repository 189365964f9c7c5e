"""Being asked to stop: a signal becomes a wish, and whoever is sending ends in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# For a whole group of processes: whoever is not sending ignores it, as every process does by default.
FINISH_SOON = signal.SIGURG
SIGNALS = (signal.SIGTERM, signal.SIGINT, FINISH_SOON)
# A process that was asked to finish may be handed more before it ends: it is to begin nothing of that.
_is_over = threading.Event()


@contextmanager
def asked_by_signal() -> Iterator[threading.Event]:
    """Give an event that is set by a signal to stop; the signal itself takes effect at the end.

    For a sender that stops claiming, waits for what is in flight, records it, and only then dies.
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
        if before[FINISH_SOON] == signal.SIG_DFL:  # it may come between two pieces of work as well
            signal.signal(FINISH_SOON, lambda _number, _frame: _is_over.set())
        if came:
            signal.raise_signal(came[0])
