"""Stand-ins for the gateway.

Most responses come from the sandbox over a real socket. What the sandbox cannot do (certain headers, a
connection that ends at a certain byte, TLS) comes from `serve`, a socket that does what it is told.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from outbound.gateways.base import GatewayError, Outgoing
from outbound.gateways.zenvia import client as client_module
from outbound.gateways.zenvia import payload
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sandbox.http import server
from outbound.sandbox.playback.delivery import Timing
from tests.gateways.certificates import a_certificate

TOKEN = "tok-CANARY-0123456789-3f2a"
EXTERNAL_ID = "c-000123"
SHORT = Timing(late_seconds=0.01, drip_seconds=0.001, hang_seconds=5, half_close_seconds=0.3)
PENDING = b'{"status": "pending"}'

Ask = Callable[[str], Outgoing]
Play = Callable[[socket.socket], None]


class Serve(Protocol):
    def __call__(
        self,
        play: Play | bytes,
        *,
        at_once: bool = False,
        https: bool = False,
        context: ssl.SSLContext | None = None,
    ) -> Outgoing: ...


def outgoing(address: str, destination: str = "11999991234", **values: object) -> Outgoing:
    body = payload.template_body(destination, "template-1", {}, payload.Options())
    return Outgoing(address, TOKEN, payload.encoded(body, EXTERNAL_ID), EXTERNAL_ID, **values)  # type: ignore[arg-type]


def failure(client: ZenviaClient, request: Outgoing) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        client.post(request)
    return raised.value


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1") + body


def kept_alive(body: bytes = PENDING, *headers: str) -> bytes:
    return answer("200 OK", f"Content-Length: {len(body)}", *headers, body=body)


def read_request(connection: socket.socket) -> bytes:
    """Return one whole request; empty where the client leaves instead."""
    seen = b""
    while EXTERNAL_ID.encode() not in seen:
        if not (chunk := connection.recv(65536)):
            return b""
        seen += chunk
    return seen


@pytest.fixture(autouse=True)
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT_SECONDS", 1)
    monkeypatch.setattr(client_module, "READ_TIMEOUT_SECONDS", 1)


@pytest.fixture
def client() -> Iterator[ZenviaClient]:
    made = ZenviaClient(slots=2)
    yield made
    made.close()


@pytest.fixture
def impatient() -> Iterator[ZenviaClient]:
    """A client whose calls are cut after 0.5 s."""
    made = ZenviaClient(slots=2, total_seconds=0.5)
    yield made
    made.close()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[server.SandboxServer]:
    running = server.start(ledger_path=tmp_path / "ledger.jsonl", token=TOKEN, timing=SHORT)
    yield running
    running.stop()


@pytest.fixture
def ask(gateway: server.SandboxServer) -> Ask:
    """Return the request that makes the sandbox play one of its endings."""
    return lambda ending: outgoing(f"http://127.0.0.1:{gateway.port}/zenvia/acme/42", f"1199999{ending}")


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a request to a socket that plays with each connection what it is given, and closes it.

    It reads the request first, over TLS with a `context`; with `at_once` it plays as soon as it accepted.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)

        def prepared(
            play: Play | bytes,
            *,
            at_once: bool = False,
            https: bool = False,
            context: ssl.SSLContext | None = None,
        ) -> Outgoing:
            acts: Play = play if callable(play) else lambda connection: connection.sendall(play)

            def answered(accepted: socket.socket) -> None:
                connection = context.wrap_socket(accepted, server_side=True) if context else accepted
                if read_request(connection):
                    acts(connection)

            _in_the_background(listening, acts if at_once else answered)
            scheme = "https" if https or context else "http"
            return outgoing(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/zenvia/acme/42")

        yield prepared


@pytest.fixture
def trusted_tls(client: ZenviaClient, tmp_path: Path) -> ssl.SSLContext:
    """The gateway's side of a TLS that `client` trusts."""
    return trusted_by(client, tmp_path)


def trusted_by(client: ZenviaClient, folder: Path) -> ssl.SSLContext:
    certificate = a_certificate(folder / "gateway.pem")
    client._adapter.trust.load_verify_locations(certificate)
    return shown_with(certificate)


def shown_with(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def beneath(connection: socket.socket) -> socket.socket:
    """Return the bare socket under a connection, to break its TLS."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def _in_the_background(listening: socket.socket, act: Play) -> None:
    def serve_all() -> None:
        while True:
            try:
                accepted, _address = listening.accept()
            except OSError:  # the test is over
                return
            threading.Thread(target=serve_one, args=(accepted,), daemon=True).start()

    def serve_one(accepted: socket.socket) -> None:
        with accepted:
            accepted.settimeout(5)
            try:
                act(accepted)
            except OSError:  # the client left, or trusts nobody like us
                return

    threading.Thread(target=serve_all, daemon=True).start()
