"""The wire: the one place where these tests stand in for the gateway.

Most answers come from the sandbox over a real socket. What the sandbox does not play (a header of a
certain value, a connection that ends at a certain byte) comes from `raw_gateway`, a socket that says
exactly the bytes it is given.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from outbound.gateways.base import Outgoing
from outbound.gateways.zenvia import payload
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sandbox import server
from outbound.sandbox.delivery import Timing

TOKEN = "tok-CANARY-0123456789-3f2a"
EXTERNAL_ID = "c-000123"
SHORT = Timing(late_seconds=0.01, drip_seconds=0.001, hang_seconds=5, half_close_seconds=0.3)


def outgoing(address: str, destination: str = "11999991234") -> Outgoing:
    body = payload.template_body(destination, "template-1", {}, payload.Options())
    return Outgoing(address, TOKEN, payload.encoded(body, EXTERNAL_ID), EXTERNAL_ID)


@pytest.fixture
def client() -> Iterator[ZenviaClient]:
    made = ZenviaClient(slots=2)
    yield made
    made.close()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[server.SandboxServer]:
    running = server.start(ledger_path=tmp_path / "ledger.jsonl", token=TOKEN, timing=SHORT)
    yield running
    running.stop()


@pytest.fixture
def ask(gateway: server.SandboxServer) -> Callable[[str], Outgoing]:
    """Return the request that makes the sandbox play one of its endings."""
    return lambda ending: outgoing(f"http://127.0.0.1:{gateway.port}/zenvia/acme/42", f"1199999{ending}")


@pytest.fixture
def raw_gateway() -> Iterator[Callable[[bytes], Outgoing]]:
    """Return a request to a socket that reads it, answers with the given bytes, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def prepared(answer: bytes) -> Outgoing:
            _in_the_background(listening, lambda connection: connection.sendall(answer))
            return outgoing(f"http://127.0.0.1:{listening.getsockname()[1]}/zenvia/acme/42")

        yield prepared


@pytest.fixture
def tls_gateway(tmp_path: Path) -> Iterator[tuple[Outgoing, Path]]:
    """Return a request to a TLS socket that reads it and then breaks the TLS, and whom to trust for it."""
    certificate = _certificate(tmp_path / "gateway.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def break_off(connection: socket.socket) -> None:
        with socket.socket(fileno=os.dup(connection.fileno())) as beneath:
            beneath.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))  # a record that nobody encrypted

    with socket.create_server(("127.0.0.1", 0)) as listening:
        _in_the_background(listening, break_off, context)
        yield outgoing(f"https://127.0.0.1:{listening.getsockname()[1]}/zenvia/acme/42"), certificate


def _in_the_background(
    listening: socket.socket, answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None
) -> None:
    def serve_one() -> None:
        accepted, _address = listening.accept()
        with accepted:
            accepted.settimeout(5)
            try:
                connection = context.wrap_socket(accepted, server_side=True) if context else accepted
            except ssl.SSLError:  # the client does not trust us
                return
            seen = b""
            while EXTERNAL_ID.encode() not in seen:
                seen += connection.recv(65536)
            answer(connection)

    listening.settimeout(5)
    threading.Thread(target=serve_one, daemon=True).start()


def _certificate(path: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
