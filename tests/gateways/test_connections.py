"""Connections are kept between calls for a short time, and nothing else is."""

from __future__ import annotations

import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from outbound.gateways.base import Accepted, connections
from outbound.gateways.zenvia.client import ZenviaClient
from tests.gateways.conftest import PENDING, Ask, Serve, kept_alive, read_request


class Visits:
    """Answers every request of every connection, and remembers which came over which."""

    def __init__(self, said: bytes, *, requests: int = 100) -> None:
        self.said = said
        self.requests = requests
        self.heads: list[list[str]] = []
        self.closed = threading.Semaphore(0)

    def play(self, connection: socket.socket) -> None:
        self.heads.append([])
        for _ in range(self.requests):
            if not (request := read_request(connection)):
                break
            self.heads[-1].append(request.decode())
            connection.sendall(self.said)
        connection.close()
        self.closed.release()

    @property
    def counts(self) -> list[int]:
        return [len(heads) for heads in self.heads]


def test_connection_is_reused(client: ZenviaClient, serve: Serve) -> None:
    visits = Visits(kept_alive())
    request = serve(visits.play, at_once=True)

    for _ in range(3):
        client.post(request)

    assert visits.counts == [3]


def test_tls_connection_is_reused(client: ZenviaClient, serve: Serve, trusted_tls: ssl.SSLContext) -> None:
    visits = Visits(kept_alive())

    def play(connection: socket.socket) -> None:
        visits.play(trusted_tls.wrap_socket(connection, server_side=True))

    request = serve(play, at_once=True, https=True)

    for _ in range(3):
        client.post(request)

    assert visits.counts == [3]


def test_long_idle_connection_is_not_reused(
    client: ZenviaClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_IDLE_SECONDS", 0)
    visits = Visits(kept_alive())
    request = serve(visits.play, at_once=True)

    client.post(request)
    client.post(request)

    assert visits.counts == [1, 1]


def test_connection_is_idle_for_five_seconds_at_most() -> None:
    assert connections.MAX_IDLE_SECONDS == 5


def test_closed_connection_is_not_reused(client: ZenviaClient, serve: Serve) -> None:
    visits = Visits(kept_alive(), requests=1)
    request = serve(visits.play, at_once=True)

    for _ in range(3):
        client.post(request)
        assert visits.closed.acquire(timeout=5)

    assert visits.counts == [1, 1, 1]


def test_unexpected_response_is_not_read_as_the_next_one(client: ZenviaClient, serve: Serve) -> None:
    was_read, is_said = threading.Event(), threading.Event()

    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(kept_alive())
        if not was_read.wait(5) or is_said.is_set():
            return
        connection.sendall(kept_alive(b'{"status": "sent"}'))
        is_said.set()
        read_request(connection)

    request = serve(play, at_once=True)

    client.post(request)
    was_read.set()
    assert is_said.wait(5)

    assert client.post(request).status == "pending"


def test_cookie_is_not_kept(client: ZenviaClient, serve: Serve) -> None:
    visits = Visits(kept_alive(PENDING, "Set-Cookie: who=me; Path=/"))
    request = serve(visits.play, at_once=True)

    client.post(request)
    client.post(request)

    assert "cookie" not in "".join(visits.heads[0]).lower()


def test_many_threads_share_the_pool_without_dropping_connections(
    client: ZenviaClient, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadPoolExecutor(32) as threads:
        accepted = list(threads.map(client.post, [ask("1234")] * 200))

    assert all(isinstance(one, Accepted) for one in accepted)
    assert len({one.message_id for one in accepted}) == 200
    assert not caplog.records  # urllib3 would warn that its pool is full
