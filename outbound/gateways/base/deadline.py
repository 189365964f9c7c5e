"""A call in progress: whether its first byte has left, and a deadline that holds for the whole call."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from outbound.gateways.base.clock import boot_clock
from outbound.gateways.base.results import NotSent

TOO_LATE = "too late"
TIMED_OUT = "timeout"
# How often the watchdog looks, as a fraction of a call's time.
TICK = 1 / 30

_thread = threading.local()


class Call:
    """One request on the wire. One thread makes it, and the watchdog may cut it."""

    def __init__(self, seconds: float, send_before: float | None) -> None:
        self.deadline = boot_clock() + seconds
        self.has_left = False
        self.was_cut = False
        self._send_before = send_before
        self._wire: socket.socket | None = None
        self._lock = threading.Lock()

    def seconds_left(self, most: float) -> float:
        """Return a timeout in seconds that ends by the deadline, or one that fails at once after it."""
        return max(0.001, min(most, self.deadline - boot_clock()))

    def leave(self, wire: socket.socket) -> None:
        """Mark the first byte, right before it is written to `wire`; from here on the outcome is open.

        Raises NotSent when it is too late: after `send_before` or after the deadline.
        """
        now = boot_clock()
        if self._send_before is not None and now > self._send_before:
            raise NotSent(answer=TOO_LATE, counts=False)
        if now > self.deadline:
            raise NotSent(answer=TIMED_OUT)
        with self._lock:
            self._wire = wire
        self.has_left = True

    def let_go(self) -> bool:
        """Detach the wire, since another call may use it, and return `was_cut`."""
        with self._lock:
            self._wire = None
        return self.was_cut

    def cut(self) -> None:
        """Shut down the wire; the thread that waits on it sees it end."""
        with self._lock:
            if self._wire is None:
                return
            self.was_cut = True
            # The base class's method: another thread may touch a TLS socket's descriptor, but not its state.
            with suppress(OSError):
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)


class Watchdog:
    """Cuts calls that take longer than `seconds`.

    A socket's own timeout starts anew with each byte, so a slow response could last for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: set[Call] = set()
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @contextmanager
    def call(self, send_before: float | None) -> Iterator[Call]:
        """Provide the call that this thread makes within the block; `current_call()` returns it."""
        call = _thread.call = Call(self._seconds, send_before)
        with self._lock:
            self._calls.add(call)
        try:
            yield call
        finally:
            with self._lock:
                self._calls.discard(call)
            call.let_go()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(self._seconds * TICK):
            with self._lock:
                calls = list(self._calls)
            now = boot_clock()
            for call in calls:
                if now > call.deadline:
                    call.cut()


def current_call() -> Call:
    """Return the call that this thread makes. Bytes are only written within one."""
    call: Call = _thread.call
    return call
