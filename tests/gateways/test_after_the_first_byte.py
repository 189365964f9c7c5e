"""Failures after the first byte of a request has left are ambiguous."""

from __future__ import annotations

import socket
import ssl
import tracemalloc
from collections.abc import Callable

import pytest

from outbound.gateways.base import Ambiguous
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sandbox.playback.delivery import reset
from tests.gateways.conftest import PENDING, Ask, Serve, answer, beneath, failure, kept_alive

CHUNKED = "Transfer-Encoding: chunked"


def half_closed(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


def silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the client leaves


def test_complete_response_is_read(client: ZenviaClient, serve: Serve) -> None:
    assert client.post(serve(kept_alive())).status == "pending"


@pytest.mark.parametrize(
    "play",
    [reset, lambda _connection: None, half_closed, silent],
    ids=["reset", "closed", "half-closed", "silence"],
)
@pytest.mark.parametrize("over_tls", [False, True])
def test_connection_closed_without_response_is_ambiguous(
    client: ZenviaClient,
    serve: Serve,
    trusted_tls: ssl.SSLContext,
    play: Callable[[socket.socket], None],
    over_tls: bool,
) -> None:
    error = failure(client, serve(play, context=trusted_tls if over_tls else None))

    assert (type(error), error.http_status, error.stops) == (Ambiguous, None, "")


@pytest.mark.parametrize("said", [b"", answer("200 OK", "Content-Length: 60", body=PENDING)])
def test_silence_ends_at_the_read_timeout(client: ZenviaClient, serve: Serve, said: bytes) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(said)
        silent(connection)

    error = failure(client, serve(play))

    assert (type(error), error.answer in {"ReadTimeout", "ReadTimeoutError"}) == (Ambiguous, True)


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\xff garbage\r\n\r\n",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer("200 OK", "Content-Length: 500", body=PENDING),
        answer("200 OK", CHUNKED, body=b"5\r\n{"),
        answer("200 OK", CHUNKED, body=b"15\r\n" + PENDING + b"\r\n"),  # whole, but for the last chunk
        answer("200 OK", CHUNKED, body=b"zz\r\n" + PENDING),
        answer("400 Bad Request", "Content-Length: 500", body=b'{"code": "VALIDATION_ERROR"}'),
        answer("200 OK", "Content-Encoding: gzip", "Content-Length: 4", body=b"zzzz"),
        answer("204 No Content"),
        answer("100 Continue"),
        answer("100 Continue") + answer("100 Continue"),
        kept_alive(PENDING, *(f"X-{number}: x" for number in range(300))),
        kept_alive(PENDING, "X-Long: " + "x" * 70_000),
    ],
    ids=lambda said: repr(said)[:60],
)
def test_broken_or_invalid_response_is_ambiguous(client: ZenviaClient, serve: Serve, said: bytes) -> None:
    error = failure(client, serve(said))

    assert (type(error), error.stops) == (Ambiguous, "")


def test_interim_response_is_skipped(client: ZenviaClient, serve: Serve) -> None:
    assert client.post(serve(answer("100 Continue") + kept_alive())).status == "pending"


def test_response_without_length_ends_with_its_connection(client: ZenviaClient, serve: Serve) -> None:
    assert client.post(serve(answer("200 OK", body=PENDING))).status == "pending"


@pytest.mark.parametrize(
    ("padding", "is_taken"), [(65536 - len(PENDING), True), (65537 - len(PENDING), False)]
)
def test_body_over_64_kib_is_ambiguous(
    client: ZenviaClient, serve: Serve, padding: int, is_taken: bool
) -> None:
    request = serve(kept_alive(PENDING + b" " * padding))

    if is_taken:
        assert client.post(request).status == "pending"
    else:
        assert type(failure(client, request)) is Ambiguous


@pytest.mark.parametrize("ending", ["0618", "0619"])
def test_huge_response_takes_no_memory(client: ZenviaClient, ask: Ask, ending: str) -> None:
    tracemalloc.start()

    error = failure(client, ask(ending))  # 200 MiB, or 300 headers
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert type(error) is Ambiguous
    assert most < 2_000_000


def test_tls_failure_after_the_request_left_is_ambiguous(
    client: ZenviaClient, serve: Serve, trusted_tls: ssl.SSLContext
) -> None:
    def play(connection: socket.socket) -> None:
        with beneath(connection) as wire:
            wire.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))  # a record that nobody encrypted

    error = failure(client, serve(play, context=trusted_tls))

    assert (type(error), error.answer, error.stops) == (Ambiguous, "SSLError", "")
