"""No web server logs the secret of a webhook's address, at any log level and however it is mistyped."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.installation import Installation, end, free_port, is_open, until
from tests.security.addresses import ADDRESSES, forms, told

FORMAT = "%(h)s %(r)s %(U)s %(q)s %(f)s %({x-webhook-secret}i)s %({raw_uri}e)s %({path_info}e)s"
GUNICORN = ("-m", "gunicorn", "console.wsgi", "--log-level", "debug", "--access-logfile", "-")
SERVERS = {
    "gunicorn": (*GUNICORN, "--no-control-socket", "--access-logformat", FORMAT),
    "gunicorn, its own format": (*GUNICORN, "--no-control-socket", "--threads", "4"),
    "runserver": ("manage.py", "runserver", "--noreload"),
}
# What is no proper request at all.
RAW = [
    "POST /hooks/zenvia/1/{secret}/\r\n\r\n",
    "POST /hooks/zenvia/1/{secret}/ HTTP/9.9\r\n\r\n",
    "PO ST /hooks/zenvia/1/{secret}/ HTTP/1.1\r\n\r\n",
    "POST  /hooks/zenvia/1/{secret}/  HTTP/1.1\r\n\r\n",
    "{secret} / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: {secret}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b/{secret}\r\n\r\n",
    "GET / HTTP/1.1\r\n{secret}\r\n\r\n",
    "GET / HTTP/1.1\r\n{secret} : x\r\n\r\n",
    "POST /hooks/zenvia/1/{secret}/ HTTP/1.1\r\nHost: x\r\nContent-Length: {secret}\r\n\r\n",
    "POST /hooks/zenvia/1/{secret}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {secret}\r\n\r\n",
    "POST /hook/zenvia/1/{secret}/ HTTP/1.1\r\nHost: x\r\nContent-Type: {secret}; charset*=foo'x'%ff\r\n\r\n",
]


def requests_with(secret: str) -> list[str]:
    """Every address asked for in two ways, each with the secret in the headers that a log may show."""
    written = forms(secret)
    headers = (
        f"Host: 127.0.0.1\r\nReferer: http://x/hook/zenvia/1/{secret}/\r\nX-Webhook-Secret: {secret}\r\n"
        f"User-Agent: {secret}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    )
    proper = [
        f"{method} {address.format(**written)} HTTP/1.1\r\n{headers}"
        for address in ADDRESSES
        for method in ("POST", "GET")
    ]
    return proper + [request.format(**written) for request in RAW]


def ask(port: int, request: str) -> bytes:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as connection:
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("secret"), LOG_LEVEL="DEBUG")
    running.manage("migrate", "--verbosity", "0")
    running.open_webhook(free_port())
    yield running
    running.stop()


@pytest.fixture
def secret(installation: Installation) -> str:
    """What stands in the address of the one webhook."""
    posted = json.loads((installation.directory / "sandbox" / "callback.json").read_text())
    return str(posted["url"]).rstrip("/").rpartition("/")[2]


@contextmanager
def serving(installation: Installation, server: str, debug: str) -> Iterator[int]:
    """Run a server that says all it can into server.log."""
    (installation.directory / "server.log").unlink(missing_ok=True)
    port = free_port()
    bind = (f"127.0.0.1:{port}",) if server == "runserver" else ("--bind", f"127.0.0.1:{port}")
    process = installation._open(*SERVERS[server], *bind, log="server.log", DEBUG=debug)
    until(lambda: is_open(port), "the server listens")
    yield port
    end(process, signal.SIGTERM)


@pytest.mark.parametrize("debug", ["0", "1"])
@pytest.mark.parametrize("server", SERVERS)
def test_no_server_logs_the_secret(installation: Installation, secret: str, server: str, debug: str) -> None:
    with serving(installation, server, debug) as port:
        answers = [ask(port, request) for request in requests_with(secret)]

    said = installation.log("server.log")
    assert sum(answer.startswith(b"HTTP/1.1 200") for answer in answers) > 1
    assert "hook" in said.lower()
    assert told(secret, said) == []


def test_failing_database_does_not_log_the_secret(installation: Installation, secret: str) -> None:
    installation.change("ALTER TABLE outbound_webhookevent RENAME TO away")

    with serving(installation, "gunicorn", debug="1") as port:
        answer = ask(port, requests_with(secret)[0])

    installation.change("ALTER TABLE away RENAME TO outbound_webhookevent")
    assert b" 503 " in answer.partition(b"\r\n")[0]
    assert told(secret, installation.log("server.log")) == []
