"""One POST over real sockets: what each ending of a call turns into."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outbound.gateways.base import Ambiguous, GatewayError, NotSent, Outgoing, Refused, Throttled
from outbound.gateways.zenvia import answers
from outbound.gateways.zenvia import client as client_module
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sandbox import ledger
from outbound.sandbox.server import SandboxServer
from tests.gateways.conftest import EXTERNAL_ID, TOKEN, outgoing

Ask = Callable[[str], Outgoing]
RawGateway = Callable[[bytes], Outgoing]


@pytest.fixture(autouse=True)
def short_read_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "READ_TIMEOUT_SECONDS", 0.5)


def failure(client: ZenviaClient, request: Outgoing) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        client.post(request)
    return raised.value


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def test_an_accepted_message_was_posted_byte_for_byte_with_the_bare_token(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask
) -> None:
    request = ask("1234")

    accepted = client.post(request)

    (line,) = ledger.read(gateway.ledger.path)
    assert (accepted.status, accepted.message_id) == ("pending", "1")
    assert (line["method"], line["path"], line["taken"]) == ("POST", "/zenvia/acme/42", True)
    assert line["body"] == json.loads(request.payload)


@pytest.mark.parametrize(
    ("ending", "kind", "http_status", "stops"),
    [
        ("0301", Ambiguous, 301, answers.REDIRECTED),
        ("0307", NotSent, 307, answers.REDIRECTED),
        ("0400", Refused, 400, ""),
        ("0401", NotSent, 401, answers.BAD_TOKEN),
        ("0403", NotSent, 403, answers.BAD_TOKEN),
        ("0404", NotSent, 404, answers.BAD_ADDRESS),
        ("0408", NotSent, 408, ""),
        ("0409", Ambiguous, 409, ""),
        ("0422", Refused, 422, ""),
        ("0429", Throttled, 429, ""),
        ("0500", Ambiguous, 500, ""),
        ("0503", Ambiguous, 503, ""),
        ("0505", Throttled, 503, ""),
        ("0600", Ambiguous, None, ""),  # reset
        ("0601", Ambiguous, None, ""),  # reset, but taken
        ("0602", Ambiguous, None, ""),  # closed
        ("0603", Ambiguous, None, ""),  # half-closed
        ("0610", Ambiguous, 200, ""),  # HTML
        ("0611", Ambiguous, 200, ""),  # empty
        ("0612", Ambiguous, None, ""),  # truncated
        ("0613", Ambiguous, 200, answers.FOREIGN_ANSWER),
        ("0614", Ambiguous, 200, ""),  # an array
        ("0615", Ambiguous, 200, ""),  # NaN
        ("0616", Ambiguous, 200, ""),  # an unknown word
        ("0617", Ambiguous, 200, ""),  # 1 MiB
        ("0621", Ambiguous, None, ""),  # silence
    ],
)
def test_each_ending_of_a_call_is_the_error_that_the_design_names(
    client: ZenviaClient, ask: Ask, ending: str, kind: type, http_status: int | None, stops: str
) -> None:
    error = failure(client, ask(ending))

    assert (type(error), error.http_status, error.stops) == (kind, http_status, stops)


@pytest.mark.parametrize("ending", ["0620", "0622"])
def test_a_slow_answer_is_an_answer(client: ZenviaClient, ask: Ask, ending: str) -> None:
    assert client.post(ask(ending)).status == "pending"


def test_an_error_carries_the_gateways_own_words(client: ZenviaClient, ask: Ask) -> None:
    error = failure(client, ask("0422"))

    assert json.loads(error.answer)["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("ending", ["0429", "0505"])
def test_a_throttle_carries_the_wait_it_was_told(client: ZenviaClient, ask: Ask, ending: str) -> None:
    error = failure(client, ask(ending))

    assert isinstance(error, Throttled)
    assert error.wait == timedelta(seconds=5)


@pytest.mark.parametrize("ending", ["0301", "0302", "0303", "0307", "0308"])
def test_a_redirect_is_not_followed(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask, ending: str
) -> None:
    failure(client, ask(ending))

    assert [line["path"] for line in ledger.read(gateway.ledger.path)] == ["/zenvia/acme/42"]


@pytest.mark.parametrize("ending", ["0408", "0500", "0600", "0602", "0611"])
def test_a_failed_call_is_made_once(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask, ending: str
) -> None:
    failure(client, ask(ending))

    assert len(list(ledger.read(gateway.ledger.path))) == 1


def test_a_refused_connection_is_certain_not_to_have_sent_anything(client: ZenviaClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert type(failure(client, outgoing(f"http://127.0.0.1:{port}/zenvia/acme/42"))) is NotSent


def test_a_name_that_cannot_be_resolved_is_certain_not_to_have_sent_anything(
    client: ZenviaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_args: Any, **_kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert type(failure(client, outgoing("http://gateway.example/zenvia/acme/42"))) is NotSent


@pytest.mark.parametrize("host", ["a..example", "a" * 64 + ".example"])
def test_an_address_that_cannot_be_one_is_not_sent_to_and_stops(client: ZenviaClient, host: str) -> None:
    error = failure(client, outgoing(f"https://{host}/zenvia/acme/42"))

    assert (type(error), error.stops) == (NotSent, answers.BAD_ADDRESS)


def test_a_server_that_speaks_no_tls_is_not_sent_to_and_tried_again(
    client: ZenviaClient, gateway: SandboxServer
) -> None:
    error = failure(client, outgoing(f"https://127.0.0.1:{gateway.port}/zenvia/acme/42"))

    assert (type(error), error.stops) == (NotSent, "")
    assert list(ledger.read(gateway.ledger.path)) == []


def test_a_certificate_that_nobody_vouches_for_is_not_sent_to_and_stops(
    client: ZenviaClient, tls_gateway: tuple[Outgoing, Path]
) -> None:
    error = failure(client, tls_gateway[0])

    assert (type(error), error.stops) == (NotSent, client_module.BAD_CERTIFICATE)


def test_tls_that_breaks_after_the_request_has_left_is_ambiguous(
    client: ZenviaClient, tls_gateway: tuple[Outgoing, Path]
) -> None:
    request, client._session.verify = tls_gateway[0], str(tls_gateway[1])

    error = failure(client, request)

    assert (type(error), error.answer, error.stops) == (Ambiguous, "SSLError", "")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff garbage\r\n\r\n",
        b"HTTP/1.1 2",
        head("200 OK", "Content-Length: 500") + b'{"status": "pending"}',
        head("200 OK", "Transfer-Encoding: chunked") + b"5\r\n{",
        head("200 OK", "Content-Encoding: gzip", "Content-Length: 4") + b"zzzz",
        head("200 OK", *(f"X-{number}: x" for number in range(200))),
        head("100 Continue"),
    ],
)
def test_an_answer_that_breaks_off_or_is_none_is_ambiguous(
    client: ZenviaClient, raw_gateway: RawGateway, answer: bytes
) -> None:
    error = failure(client, raw_gateway(answer))

    assert (type(error), error.stops) == (Ambiguous, "")


@pytest.mark.parametrize("retry_after", ["\xb2", "9" * 40, "soon"])
def test_a_wait_that_cannot_be_read_is_still_a_throttle(
    client: ZenviaClient, raw_gateway: RawGateway, retry_after: str
) -> None:
    answer = head("429 Slow down", f"Retry-After: {retry_after}", "Content-Length: 0")

    error = failure(client, raw_gateway(answer))

    assert isinstance(error, Throttled)
    assert error.wait is None


def test_a_proxy_of_the_environment_gets_nothing(
    client: ZenviaClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert client.post(ask("1234")).status == "pending"


def test_a_netrc_does_not_replace_the_token(
    client: ZenviaClient, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert client.post(ask("1234")).status == "pending"  # the sandbox lets in one token alone


@pytest.mark.parametrize("ending", ["0401", "0602", "0613"])
def test_the_token_is_in_nothing_that_an_error_shows(client: ZenviaClient, ask: Ask, ending: str) -> None:
    request = ask(ending)

    error = failure(client, request)

    shown = f"{error!r} {error} {error.__dict__} {error.__cause__!r} {request!r} {request}"
    assert TOKEN not in shown
    assert error.__suppress_context__ or error.__context__ is None
    assert EXTERNAL_ID in repr(request)
