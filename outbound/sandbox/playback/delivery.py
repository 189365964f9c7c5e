"""How an answer reaches the client: at once, late, in drops, cut short, or not at all."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from outbound.sandbox.playback.scenarios import Delivery

BLANKS = b" " * 65536


@dataclass(frozen=True, slots=True)
class Timing:
    """The waits of the slow scenarios; tests make them short."""

    late_seconds: float = 2.0
    drip_seconds: float = 0.25
    hang_seconds: float = 120.0
    half_close_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """The connection to one client, and what cuts a wait short."""

    connection: socket.socket
    timing: Timing
    stopping: threading.Event


def deliver(how: Delivery, answer: bytes, line: Line) -> bool:
    """Send `answer` the way `how` says; return whether the connection can serve another request.

    Raises OSError when the client has left.
    """
    return _WAYS[how](answer, line)


def reset(connection: socket.socket) -> None:
    """End a connection with a reset instead of a close."""
    # Lingering for no time turns close into a reset, and detach keeps socketserver from a FIN before it.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def _whole(answer: bytes, line: Line) -> bool:
    line.connection.sendall(answer)
    return True


def _late(answer: bytes, line: Line) -> bool:
    line.stopping.wait(line.timing.late_seconds)
    return _whole(answer, line)


def _drip(answer: bytes, line: Line) -> bool:
    for position in range(len(answer)):
        line.connection.sendall(answer[position : position + 1])
        if line.stopping.wait(line.timing.drip_seconds):
            return False
    return True


def _truncated(answer: bytes, line: Line) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    line.connection.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
    return False


def _padded(answer: bytes, line: Line) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    left = int(head.rpartition(b"Content-Length: ")[2]) - len(body)
    line.connection.sendall(answer)
    while left > 0 and not line.stopping.is_set():
        line.connection.sendall(BLANKS[:left])
        left -= len(BLANKS)
    return left <= 0


def _reset(answer: bytes, line: Line) -> bool:
    reset(line.connection)
    return False


def _close(answer: bytes, line: Line) -> bool:
    return False


def _half_close(answer: bytes, line: Line) -> bool:
    line.connection.shutdown(socket.SHUT_WR)
    _until_gone(line.connection, line.timing.half_close_seconds)
    return False


def _hang(answer: bytes, line: Line) -> bool:
    _until_gone(line.connection, line.timing.hang_seconds)
    return False


def _until_gone(connection: socket.socket, seconds: float) -> None:
    """Wait until the client closes, at most `seconds`; what it still sends is thrown away."""
    deadline = time.monotonic() + seconds
    try:
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                return
    except OSError:  # the wait is over, or the client left with a reset
        return


_WAYS: dict[Delivery, Callable[[bytes, Line], bool]] = {
    Delivery.WHOLE: _whole,
    Delivery.LATE: _late,
    Delivery.DRIP: _drip,
    Delivery.TRUNCATED: _truncated,
    Delivery.RESET: _reset,
    Delivery.CLOSE: _close,
    Delivery.HALF_CLOSE: _half_close,
    Delivery.HANG: _hang,
    Delivery.PADDED: _padded,
}
