"""Sends a response to the client: at once, late, byte by byte, cut short, or not at all."""

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
    """The waits of the slow scenarios in seconds; tests shorten them."""

    late_seconds: float = 2.0
    drip_seconds: float = 0.25
    hang_seconds: float = 120.0
    half_close_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class ClientConnection:
    """The connection to one client, the waits, and the event that ends them."""

    connection: socket.socket
    timing: Timing
    stopping: threading.Event


def deliver(how: Delivery, answer: bytes, client: ClientConnection) -> bool:
    """Send `answer` as `how` says; return whether the connection can serve another request.

    Raises OSError when the client has left.
    """
    return _WAYS[how](answer, client)


def reset(connection: socket.socket) -> None:
    """End a connection with a reset instead of a close."""
    # A linger time of zero turns close into a reset; detach keeps socketserver from sending a FIN first.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def _whole(answer: bytes, client: ClientConnection) -> bool:
    client.connection.sendall(answer)
    return True


def _late(answer: bytes, client: ClientConnection) -> bool:
    client.stopping.wait(client.timing.late_seconds)
    return _whole(answer, client)


def _drip(answer: bytes, client: ClientConnection) -> bool:
    for position in range(len(answer)):
        client.connection.sendall(answer[position : position + 1])
        if client.stopping.wait(client.timing.drip_seconds):
            return False
    return True


def _truncated(answer: bytes, client: ClientConnection) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    client.connection.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
    return False


def _padded(answer: bytes, client: ClientConnection) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    left = int(head.rpartition(b"Content-Length: ")[2]) - len(body)
    client.connection.sendall(answer)
    while left > 0 and not client.stopping.is_set():
        client.connection.sendall(BLANKS[:left])
        left -= len(BLANKS)
    return left <= 0


def _reset(answer: bytes, client: ClientConnection) -> bool:
    reset(client.connection)
    return False


def _close(answer: bytes, client: ClientConnection) -> bool:
    return False


def _half_close(answer: bytes, client: ClientConnection) -> bool:
    client.connection.shutdown(socket.SHUT_WR)
    _until_gone(client.connection, client.timing.half_close_seconds)
    return False


def _hang(answer: bytes, client: ClientConnection) -> bool:
    _until_gone(client.connection, client.timing.hang_seconds)
    return False


def _until_gone(connection: socket.socket, seconds: float) -> None:
    """Wait until the client closes, at most `seconds`; what it still sends is discarded."""
    deadline = time.monotonic() + seconds
    try:
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                return
    except OSError:  # the time is over, or the client reset the connection
        return


_WAYS: dict[Delivery, Callable[[bytes, ClientConnection], bool]] = {
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
