"""Failures before the first byte of a request has left are certainly not sent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outbound.gateways.base import NotSent, Outgoing, boot_clock
from outbound.gateways.zenvia import client as client_module
from outbound.gateways.zenvia import responses
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sandbox.http import ledger
from outbound.sandbox.http.server import SandboxServer
from outbound.sandbox.playback.delivery import reset
from tests.gateways.certificates import a_certificate
from tests.gateways.conftest import (
    Ask,
    Serve,
    failure,
    kept_alive,
    outgoing,
    shown_with,
    trusted_by,
)


def not_sent(client: ZenviaClient, request: Outgoing) -> NotSent:
    error = failure(client, request)
    assert type(error) is NotSent
    return error


def found_at(*ports: int) -> Any:
    """Return a look-up that finds gateway.example at each of these ports of this machine."""
    look_up = socket.getaddrinfo

    def found(host: str, port: int, *args: Any, **more: Any) -> Any:
        if host != "gateway.example":
            return look_up(host, port, *args, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one)) for one in ports]

    return found


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue is full: whoever knocks now hears nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield int(listening.getsockname()[1])
        for one in waiting:
            one.close()


def test_refused_connection_is_not_sent(client: ZenviaClient, closed_port: int) -> None:
    error = not_sent(client, outgoing(f"http://127.0.0.1:{closed_port}/zenvia/acme/42"))

    assert (error.answer, error.stops, error.counts) == ("ConnectionRefusedError", "", True)


def test_unresolvable_name_is_not_sent(client: ZenviaClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    error = not_sent(client, outgoing("http://gateway.example/zenvia/acme/42"))

    assert (error.answer, error.stops) == ("gaierror", "")


def test_connection_that_is_never_accepted_is_not_sent(client: ZenviaClient, full_port: int) -> None:
    error = not_sent(client, outgoing(f"http://127.0.0.1:{full_port}/zenvia/acme/42"))

    assert (error.answer, error.stops) == ("TimeoutError", "")


def test_next_address_of_a_host_is_tried(
    client: ZenviaClient, closed_port: int, gateway: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", found_at(closed_port, gateway.port))

    assert client.post(outgoing("http://gateway.example/zenvia/acme/42")).status == "pending"


def test_deadline_holds_for_all_addresses_of_a_host_together(
    impatient: ZenviaClient, full_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", found_at(full_port, full_port, full_port))
    started = time.monotonic()

    not_sent(impatient, outgoing("http://gateway.example/zenvia/acme/42"))  # 1 s each, but for the deadline

    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "address",
    ["https://a..example/zenvia/x/1", f"https://{'a' * 64}.example/zenvia/x/1", "https:///zenvia", "zenvia"],
)
def test_invalid_address_stops_the_integration(client: ZenviaClient, address: str) -> None:
    error = not_sent(client, outgoing(address))

    assert error.stops == responses.BAD_ADDRESS


@pytest.mark.parametrize("token", ["two\r\nlines", "tok-ção-\u20ac"])
def test_token_that_fits_no_header_stops_the_integration(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask, token: str
) -> None:
    error = not_sent(client, replace(ask("1234"), token=token))

    assert (error.stops, error.answer) == (responses.BAD_TOKEN, "token")
    assert list(ledger.read(gateway.ledger.path)) == []


def test_server_without_tls_is_not_sent(client: ZenviaClient, gateway: SandboxServer) -> None:
    error = not_sent(client, outgoing(f"https://127.0.0.1:{gateway.port}/zenvia/acme/42"))

    assert (error.answer, error.stops) == ("TLS", "")
    assert list(ledger.read(gateway.ledger.path)) == []


@pytest.mark.parametrize("end", [reset, lambda _connection: None], ids=["reset", "closed"])
def test_connection_closed_in_the_handshake_is_not_sent(client: ZenviaClient, serve: Serve, end: Any) -> None:
    def play(connection: socket.socket) -> None:
        connection.recv(65536)
        end(connection)

    assert not_sent(client, serve(play, at_once=True, https=True)).stops == ""


@pytest.mark.parametrize("who", ["client", "impatient"])
def test_stalled_handshake_ends_at_the_earlier_of_timeout_and_deadline(
    who: str, serve: Serve, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client has 0.3 s to connect or, impatient, 0.5 s for all.
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT_SECONDS", 0.3 if who == "client" else 4)
    client, done, started = request.getfixturevalue(who), threading.Event(), time.monotonic()

    error = not_sent(client, serve(lambda _connection: done.wait(5) and None, at_once=True, https=True))
    done.set()

    assert error.stops == ""
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "flaw", [{}, {"address": "127.0.0.2"}, {"year": 2019}], ids=["own", "name", "expired"]
)
def test_bad_certificate_stops_the_integration(
    client: ZenviaClient, serve: Serve, tmp_path: Path, flaw: dict[str, Any]
) -> None:
    certificate = a_certificate(tmp_path / "bad.pem", **flaw)
    if flaw:  # nothing else is wrong with it
        client._adapter.trust.load_verify_locations(certificate)

    error = not_sent(client, serve(kept_alive(), context=shown_with(certificate)))

    assert error.stops == client_module.BAD_CERTIFICATE


def test_valid_certificate_is_accepted(client: ZenviaClient, serve: Serve, tmp_path: Path) -> None:
    request = serve(kept_alive(), context=trusted_by(client, tmp_path))

    assert client.post(request).status == "pending"


# -- the guard against a process that was frozen -----------------------------------------------------------


def test_no_byte_leaves_after_send_before_and_no_attempt_counts(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask
) -> None:
    client.post(ask("1234"))  # so that a connection stands open

    error = not_sent(client, replace(ask("1234"), send_before=boot_clock() - 0.001))

    assert (error.answer, error.counts, error.stops) == ("too late", False, "")
    assert len(list(ledger.read(gateway.ledger.path))) == 1


def test_no_byte_leaves_when_send_before_passes_while_connecting(
    client: ZenviaClient, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT_SECONDS", 4)
    context, never, seen = trusted_by(client, tmp_path), threading.Event(), []

    def play(connection: socket.socket) -> None:
        never.wait(0.3)
        with context.wrap_socket(connection, server_side=True) as spoken:
            seen.append(spoken.recv(65536))

    request = serve(play, at_once=True, https=True)

    error = not_sent(client, replace(request, send_before=boot_clock() + 0.1))

    assert (error.answer, error.counts) == ("too late", False)
    assert b"".join(seen) == b""


def test_request_is_sent_before_send_before(client: ZenviaClient, ask: Ask) -> None:
    assert client.post(replace(ask("1234"), send_before=boot_clock() + 5)).status == "pending"


def test_send_before_is_on_a_clock_that_nobody_can_set() -> None:
    first, second = boot_clock(), boot_clock()

    assert first <= second < first + 5
    assert abs(first - time.time()) > 1_000_000
