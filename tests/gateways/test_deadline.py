"""Every call ends at its deadline, however slowly bytes arrive."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from outbound.gateways.base import Ambiguous, NotSent, Outgoing
from outbound.gateways.base.connections import MarkedConnection
from outbound.gateways.base.deadline import Watchdog
from outbound.gateways.zenvia.client import ZenviaClient
from tests.gateways.conftest import PENDING, Play, Serve, answer, failure, kept_alive, trusted_by

# A drip stops by itself after this, so that a test without its watchdog fails instead of hanging.
PATIENCE_SECONDS = 3


def dripping(first: bytes, drop: bytes) -> Play:
    """Say `first` and then `drop` again and again, more often than any read timeout is long."""

    def play(connection: socket.socket) -> None:
        connection.sendall(first)
        end, never = time.monotonic() + PATIENCE_SECONDS, Event()
        while time.monotonic() < end:
            connection.sendall(drop)
            never.wait(0.02)

    return play


DRIPS = {
    "headers": dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": dripping(answer("200 OK", "Content-Length: 60000", body=PENDING), b" "),
    "body without a length": dripping(answer("200 OK", body=PENDING), b" "),
    "chunks": dripping(answer("200 OK", "Transfer-Encoding: chunked"), b"1\r\n \r\n"),
    "interim answers": dripping(b"", answer("100 Continue")),
    "a refusal": dripping(answer("400 Bad Request"), b" "),
}


@pytest.fixture
def two_ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(1)
        yield ours, theirs


@pytest.mark.parametrize("over_tls", [False, True])
@pytest.mark.parametrize("drip", DRIPS)
def test_dripping_response_is_cut_at_the_deadline_and_ambiguous(
    impatient: ZenviaClient, serve: Serve, tmp_path: Path, drip: str, over_tls: bool
) -> None:
    context = trusted_by(impatient, tmp_path) if over_tls else None
    started = time.monotonic()

    error = failure(impatient, serve(DRIPS[drip], context=context))

    assert (type(error), error.answer, error.stops) == (Ambiguous, "timeout", "")
    assert time.monotonic() - started < PATIENCE_SECONDS / 2


def test_call_after_a_cut_uses_a_new_connection(impatient: ZenviaClient, serve: Serve) -> None:
    seen: list[socket.socket] = []

    def play(connection: socket.socket) -> None:
        seen.append(connection)
        if len(seen) == 1:
            DRIPS["body"](connection)
        else:
            connection.sendall(kept_alive())

    request = serve(play)
    failure(impatient, request)

    assert impatient.post(request).status == "pending"


def test_returned_connection_cannot_be_cut(
    two_ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = two_ends
    watchdog, connection = Watchdog(60), MarkedConnection("127.0.0.1")
    connection.sock = ours  # type: ignore[assignment]

    with watchdog.call(None) as call:
        connection.send(b"one")
        connection.put_aside()
        call.cut()  # late: the connection may carry another call by now
    watchdog.close()

    ours.sendall(b" two")
    assert (theirs.recv(7, socket.MSG_WAITALL), call.was_cut) == (b"one two", False)
    assert not connection.is_closed


def test_cut_connection_is_closed(
    two_ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = two_ends
    watchdog, connection = Watchdog(60), MarkedConnection("127.0.0.1")
    connection.sock = ours  # type: ignore[assignment]

    with watchdog.call(None) as call:
        connection.send(b"one")
        call.cut()
        connection.put_aside()
    watchdog.close()

    assert (theirs.recv(3), theirs.recv(1), call.was_cut) == (b"one", b"", True)
    assert connection.is_closed


def test_no_byte_leaves_after_the_deadline(
    two_ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = two_ends
    watchdog, connection = Watchdog(0), MarkedConnection("127.0.0.1")
    connection.sock = ours  # type: ignore[assignment]

    with watchdog.call(None) as call, pytest.raises(NotSent) as raised:
        connection.send(b"one")
    watchdog.close()

    ours.close()
    assert (theirs.recv(1), call.has_left, raised.value.answer) == (b"", False, "timeout")
    assert raised.value.counts


def test_slow_resolver_ends_at_the_connect_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silence = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: silence.wait(30))
    client = ZenviaClient(1, total_seconds=0.3)
    outgoing = Outgoing(address="http://gateway.example/zenvia/a/1", token="t", payload="{}", external_id="e")

    with closing(client), pytest.raises(NotSent) as failed:
        client.post(outgoing)

    silence.set()
    assert failed.value.counts
