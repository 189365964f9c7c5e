"""The sandbox as a server: connections, tokens, start and stop."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from outbound.sandbox.http import ledger, server

PATH = "/zenvia/acme/42"
HEADERS = {"Content-Type": "application/json", "Authorization": "altu-token"}
BODY = json.dumps({"destination": "11999999999", "templateId": "t", "externalId": "c-1"})
PROGRAM = "import sys; from outbound.sandbox.http.server import serve; serve(0, sys.argv[1])"


@pytest.fixture
def connection(gateway):
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)) as opened:
        yield opened


def ask(connection, method="POST", path=PATH, body=BODY, headers=HEADERS):
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response, response.read()


def raw_exchange(port: int, request: bytes) -> bytes:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_one_connection_serves_many_requests(connection):
    ask(connection)
    port = connection.sock.getsockname()[1]

    response, body = ask(connection)

    assert (response.status, json.loads(body)["message_id"]) == (200, 2)
    assert connection.sock.getsockname()[1] == port


def test_request_is_in_the_ledger_before_its_response(gateway, connection):
    ask(connection)

    (line,) = ledger.read(gateway.ledger.path)
    assert (line["destination"], line["external_id"], line["taken"]) == ("11999999999", "c-1", True)


def test_contract_violation_is_refused_with_its_path(gateway, connection):
    response, body = ask(connection, body=json.dumps({"destination": "11999999999", "templateId": ""}))

    assert response.status == 400
    assert json.loads(body)["details"][0]["path"] == "templateId"
    line = gateway.ledger.last(1)[0]
    assert (line["scenario"], line["taken"], line["status"]) == ("contract", False, 400)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/elsewhere", 404),
        ("GET", "/elsewhere", 404),
        ("GET", PATH, 405),
        ("PUT", PATH, 405),
        ("DELETE", PATH, 405),
        ("HEAD", PATH, 405),
    ],
)
def test_other_address_or_method_is_recorded_and_refused(gateway, connection, method, path, status):
    response, _ = ask(connection, method=method, path=path)

    assert response.status == status
    assert gateway.ledger.last(1)[0]["method"] == method
    assert (response.headers["Allow"] == "POST") is (status == 405)


def test_request_without_token_is_unauthenticated(connection):
    response, body = ask(connection, headers={"Content-Type": "application/json"})

    assert (response.status, json.loads(body)["code"]) == (401, "AUTHENTICATION_ERROR")


def test_body_over_the_limit_is_refused_after_it_was_sent(gateway, connection):
    response, _ = ask(connection, body=" " * 2_000_000)

    assert response.status == 413
    assert gateway.ledger.last(1) == []


@pytest.mark.parametrize(
    ("header", "status"), [(b"Content-Length: -1", b"400"), (b"Transfer-Encoding: chunked", b"411")]
)
def test_body_without_valid_length_is_refused(gateway, header, status):
    answer = raw_exchange(gateway.port, b"POST /zenvia/a/1 HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)


def test_client_that_leaves_within_its_body_is_not_recorded(gateway):
    with closing(socket.create_connection(("127.0.0.1", gateway.port), timeout=5)) as client:
        client.sendall(b"POST /zenvia/a/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        client.shutdown(socket.SHUT_WR)

        assert client.recv(1) == b""

    assert gateway.ledger.last(1) == []


def test_only_the_configured_token_is_accepted(tmp_path):
    running = server.start(ledger_path=tmp_path / "l.jsonl", token="the-one")
    with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)) as connection:
        refused, _ = ask(connection)
        taken, _ = ask(connection, headers={**HEADERS, "Authorization": "the-one"})

    running.stop()

    assert (refused.status, taken.status) == (401, 200)


def test_latency_precedes_each_response(tmp_path):
    running = server.start(ledger_path=tmp_path / "l.jsonl", latency_ms=50)
    with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)) as connection:
        began = time.monotonic()
        ask(connection)
        took = time.monotonic() - began

    running.stop()

    assert took >= 0.05


def test_stop_ends_a_waiting_connection(gateway, connection):
    ask(connection)
    connection.request("POST", PATH, "{}", {**HEADERS, "Content-Length": "9"})

    gateway.stop()

    with pytest.raises(ConnectionResetError):
        connection.getresponse()


def test_used_port_is_an_error(gateway, tmp_path):
    with pytest.raises(OSError, match="in use"):
        server.start(gateway.port, ledger_path=tmp_path / "other.jsonl")


def stopped(process: subprocess.Popen[str]) -> int | None:
    """Wait for the process to end; one that does not is killed, so that a failure cannot hang the tests."""
    try:
        return process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        return None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_prints_its_address_and_stops_cleanly(tmp_path, number):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "ledger.jsonl")]
    root = Path(server.__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        address = process.stdout.readline().split()[3]
        hanging = http.client.HTTPConnection(address.split("/")[2], timeout=5)
        hanging.request("POST", PATH, BODY.replace('9999"', '0621"'), HEADERS)

        os.kill(process.pid, number)

        assert stopped(process) == 0
        hanging.close()


def test_failed_start_leaves_no_signal_blocked(tmp_path: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])

    with pytest.raises(OSError, match=r"."):
        server.serve(0, tmp_path)  # a directory is no file

    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
