"""The secret of a webhook's address is in no server's output, at any level and however it was mistyped."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import socket
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote, unquote

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from console.errors import QuietReporter
from console.logs import QuietRecord, cut
from tests.installation import Installation, end, free_port, is_open, until

# So few characters of a secret in a row tell nobody anything, and are never there by chance.
TELLING = 8
FORMAT = "%(h)s %(r)s %(U)s %(q)s %(f)s %({x-webhook-secret}i)s %({raw_uri}e)s %({path_info}e)s"
GUNICORN = ("-m", "gunicorn", "console.wsgi", "--log-level", "debug", "--access-logfile", "-")
SERVERS = {
    "gunicorn": (*GUNICORN, "--no-control-socket", "--access-logformat", FORMAT),
    "gunicorn, its own format": (*GUNICORN, "--no-control-socket", "--threads", "4"),
    "runserver": ("manage.py", "runserver", "--noreload"),
}
# Where the secret may stand, once somebody copied it wrongly. {encoded} is all of it in percents.
ADDRESSES = [
    "/hooks/zenvia/1/{secret}/",
    "/hooks/zenvia/1/{secret}",
    "/hooks/zenvia/1/{secret}x/",
    "/hooks/zenvia/1/{secret}/extra/{secret}",
    "/hooks/zenvia/{secret}",
    "/hooks/zenvia/0b8b9e0e-7c41-4f5e-9a3c-0a4b1f6f2d11/{secret}/",
    "/hooks/{secret}/",
    "/hook/zenvia/1/{secret}/",
    "/Hooks/Zenvia/1/{secret}/",
    "/HOOKS/ZENVIA/1/{upper}/",
    "/hooks/zenvia/1/{lower}/",
    "//hooks/zenvia/1/{secret}/",
    "/hooks//zenvia/1//{secret}/",
    "/hooks/zenvia/1/{encoded}/",
    "/%68ooks/zenvia/1/{encoded}/",
    "/hooks%2Fzenvia%2F1%2F{secret}%2F",
    "/hooks%252Fzenvia%252F1%252F{secret}",
    "/console/hooks/zenvia/1/{secret}/",
    "/zenvia/1/{secret}/",
    "/1/{secret}",
    "/{secret}",
    "/admin/hooks/zenvia/1/{secret}/",
    "/static/{secret}",
    "/healthz/{secret}",
    "/?secret={secret}",
    "/hooks/zenvia/1/?secret={secret}",
    "/admin/login/?next=/hooks/zenvia/1/{secret}/",
    "http://127.0.0.1/hooks/zenvia/1/{secret}/",
    "https://user:{secret}@127.0.0.1/hooks/",
]
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


def forms(secret: str) -> dict[str, str]:
    encoded = "".join(f"%{ord(letter):02X}" for letter in secret)
    return {"secret": secret, "upper": secret.upper(), "lower": secret.lower(), "encoded": encoded}


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


def told(secret: str, text: str) -> list[str]:
    """The parts of a secret that a text tells, as it stands or with its percents decoded."""
    texts = " ".join({text, unquote(text), unquote(unquote(text))}).lower()
    parts = [secret[start : start + TELLING].lower() for start in range(len(secret) - TELLING + 1)]
    return [part for part in parts if part in texts]


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
def test_no_server_writes_the_secret(
    installation: Installation, secret: str, server: str, debug: str
) -> None:
    with serving(installation, server, debug) as port:
        answers = [ask(port, request) for request in requests_with(secret)]

    said = installation.log("server.log")
    assert sum(answer.startswith(b"HTTP/1.1 200") for answer in answers) > 1
    assert "hook" in said.lower()
    assert told(secret, said) == []


def test_a_database_that_fails_does_not_bring_the_secret_out(installation: Installation, secret: str) -> None:
    installation.change("ALTER TABLE outbound_webhookevent RENAME TO away")

    with serving(installation, "gunicorn", debug="1") as port:
        answer = ask(port, requests_with(secret)[0])

    installation.change("ALTER TABLE away RENAME TO outbound_webhookevent")
    assert b" 503 " in answer.partition(b"\r\n")[0]
    assert told(secret, installation.log("server.log")) == []


@given(
    st.binary(min_size=32, max_size=32),
    st.sampled_from(ADDRESSES),
    st.sampled_from(["{}", "Not Found: {}", '"POST {} HTTP/1.1" 404 9', "a/{}?b={}#c", "KeyError: '{}'"]),
)
def test_no_secret_that_could_be_made_stays_in_a_line(raw: bytes, address: str, line: str) -> None:
    secret = urlsafe_b64encode(raw).rstrip(b"=").decode()
    if len(set(secret)) < 10:  # not one in 10^30 that are made at random
        return
    written = address.format(**forms(secret))

    said = cut(line.format(*[written] * line.count("{}")))

    assert told(secret, said) == []


@pytest.mark.parametrize(
    "line",
    [
        'File "/srv/console/outbound/webhooks/views.py", line 44, in receive',
        "UNIQUE constraint failed: outbound_message.external_id",
        'violates constraint "outbound_message_campaign_id_1234abcd_fk_outbound_campaign_id"',
        "in test_what_is_turned_away_leaves_no_trace_of_its_secret",
        '"POST /zenvia/demo/1 HTTP/1.1" 200 None',
        "message 0b8b9e0e-7c41-4f5e-9a3c-0a4b1f6f2d11 was accepted",
        "-" * 60,
        "http://127.0.0.1:8000/admin/outbound/message/?q=100%",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert cut(line) == line


@pytest.mark.parametrize(
    "piece", ["%41", "/hooks", "zenvia/1/", "hooks/", "://", "://a:", "abcdefab_", "%2f"]
)
def test_a_long_line_takes_no_long_time(piece: str) -> None:
    started = time.monotonic()

    cut(piece * 100_000)

    assert time.monotonic() - started < 5


def record(message: str, *arguments: object, **more: object) -> QuietRecord:
    return QuietRecord("name", logging.INFO, "file.py", 1, message, arguments, more.get("exc_info"))


def test_a_record_that_cannot_be_formatted_tells_nothing_either() -> None:
    secret = secrets.token_urlsafe(32)

    made = record("%d at %s", "not a number", f"/hook/zenvia/1/{secret}/")

    assert told(secret, f"{made.msg} {made.args}") == []


def test_an_exception_that_tells_the_secret_is_cut() -> None:
    secret = secrets.token_urlsafe(32)
    error = ValueError(f"no such address: /hook/{secret}")

    made = record("It failed", exc_info=(ValueError, error, None))

    assert told(secret, logging.Formatter().format(made)) == []
    assert "ValueError: no such address" in logging.Formatter().format(made)


def test_every_logger_of_this_process_makes_such_records() -> None:
    assert logging.getLogRecordFactory() is QuietRecord


def test_an_error_report_names_neither_the_secret_nor_the_password_of_a_service() -> None:
    secret = secrets.token_urlsafe(32)
    request = RequestFactory().post(
        f"/hook/zenvia/1/{secret}/?a={secret}",
        HTTP_REFERER=f"http://x/hooks/{secret}",
        RAW_URI=quote(f"/hook/{secret}"),
        DATABASE_URL="postgres://console:pass-word-of-it@db.example.com/console",
    )
    report = QuietReporter(request, ValueError, ValueError(secret), None)

    text = report.get_traceback_text() + report.get_traceback_html()

    assert "db.example.com" in text
    assert "pass-word-of-it" not in text
    assert told(secret, text) == []
