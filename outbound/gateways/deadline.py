"""One call on its way: whether its first byte has left, and a deadline that nothing can put off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from outbound.gateways.base import NotSent, boot_clock

TOO_LATE = "too late"
TIMED_OUT = "timeout"
# How late the watchdog may be, as a part of the time that a call has.
TICK = 1 / 30

_here = threading.local()


class Call:
    """What is known of one request on the wire. One thread makes it, and the watchdog may cut it."""

    def __init__(self, seconds: float, send_before: float | None) -> None:
        self.deadline = boot_clock() + seconds
        self.has_left = False
        self.was_cut = False
        self._send_before = send_before
        self._wire: socket.socket | None = None
        self._lock = threading.Lock()

    def seconds_left(self, most: float) -> float:
        """Return a timeout within the deadline; one that is over still fails as a timeout does."""
        return max(0.001, min(most, self.deadline - boot_clock()))

    def leave(self, wire: socket.socket) -> None:
        """Mark the first byte, right before it goes to `wire`; from here on nobody knows.

        Raises NotSent where it is too late for it, by the mark in the database or by the deadline.
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
        """Take the wire out of the watchdog's reach, for it may serve another call; return `was_cut`."""
        with self._lock:
            self._wire = None
        return self.was_cut

    def cut(self) -> None:
        """Shut the wire under the thread that waits on it, which then sees it end."""
        with self._lock:
            if self._wire is None:
                return
            self.was_cut = True
            # The base class on purpose: of TLS, only the descriptor may be touched by another thread.
            with suppress(OSError):
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)


class Watchdog:
    """Gives calls their time, and cuts those that take longer.

    The timeouts of a socket start anew with each byte: a slow drip passes them for ever.
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
        """Hold the call that this thread makes within; `under_way()` finds it."""
        call = _here.call = Call(self._seconds, send_before)
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


def under_way() -> Call:
    """Return the call that this thread makes; there is always one where bytes are written."""
    call: Call = _here.call
    return call
