"""One POST to the sandbox: the request, and the result of each scenario."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from outbound.gateways.base import USUAL_ASKED_WAIT, Ambiguous, NotSent, Refused, Throttled
from outbound.gateways.zenvia import responses
from outbound.gateways.zenvia.client import ZenviaClient
from outbound.sandbox.http import ledger
from outbound.sandbox.http.server import SandboxServer
from outbound.sandbox.playback.scenarios import SCENARIOS
from tests.gateways.conftest import (
    EXTERNAL_ID,
    TOKEN,
    Ask,
    Serve,
    failure,
    kept_alive,
    outgoing,
    read_request,
)

ACCEPTED = {"0200", "0620", "0622"}
ENDINGS = [
    ("0301", Ambiguous, 301, responses.REDIRECTED),
    ("0302", Ambiguous, 302, responses.REDIRECTED),
    ("0303", Ambiguous, 303, responses.REDIRECTED),
    ("0307", NotSent, 307, responses.REDIRECTED),
    ("0308", NotSent, 308, responses.REDIRECTED),
    ("0400", Refused, 400, ""),
    ("0401", NotSent, 401, responses.BAD_TOKEN),
    ("0403", NotSent, 403, responses.BAD_TOKEN),
    ("0404", NotSent, 404, responses.BAD_ADDRESS),
    ("0405", NotSent, 405, responses.BAD_ADDRESS),
    ("0408", NotSent, 408, ""),
    ("0409", Ambiguous, 409, ""),
    ("0410", NotSent, 410, responses.BAD_ADDRESS),
    ("0413", Refused, 413, ""),
    ("0415", Refused, 415, ""),
    ("0422", Refused, 422, ""),
    ("0425", NotSent, 425, ""),
    ("0429", Throttled, 429, ""),
    ("0500", Ambiguous, 500, ""),
    ("0502", Ambiguous, 502, ""),
    ("0503", Ambiguous, 503, ""),
    ("0504", Ambiguous, 504, ""),
    ("0505", Throttled, 503, ""),
    ("0600", Ambiguous, None, ""),  # reset
    ("0601", Ambiguous, None, ""),  # reset, but taken
    ("0602", Ambiguous, None, ""),  # closed
    ("0603", Ambiguous, None, ""),  # half-closed
    ("0604", Ambiguous, None, ""),  # close, and no event
    ("0610", Ambiguous, 200, ""),  # HTML
    ("0611", Ambiguous, 200, ""),  # empty
    ("0612", Ambiguous, None, ""),  # truncated
    ("0613", Ambiguous, 200, responses.FOREIGN_ANSWER),
    ("0614", Ambiguous, 200, ""),  # an array
    ("0615", Ambiguous, 200, ""),  # NaN
    ("0616", Ambiguous, 200, ""),  # an unknown word
    ("0617", Ambiguous, 200, ""),  # 1 MiB
    ("0618", Ambiguous, 200, ""),  # 200 MiB
    ("0619", Ambiguous, None, ""),  # 300 headers
    ("0621", Ambiguous, None, ""),  # silence
    ("0630", Ambiguous, 200, ""),  # compressed
    ("0640", Throttled, 429, ""),
    ("0641", Throttled, 429, ""),
    ("0642", Throttled, 429, ""),
    ("0643", Throttled, 429, ""),
    ("0644", Throttled, 503, ""),
]


def test_payload_is_posted_byte_for_byte_with_the_bare_token(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask
) -> None:
    request = ask("1234")

    accepted = client.post(request)

    (line,) = ledger.read(gateway.ledger.path)
    assert (accepted.status, accepted.message_id) == ("pending", "1")
    assert (line["method"], line["path"], line["taken"]) == ("POST", "/zenvia/acme/42", True)
    assert line["body"] == json.loads(request.payload)


def test_request_has_the_required_headers_and_no_others(client: ZenviaClient, serve: Serve) -> None:
    seen = []

    def play(connection: socket.socket) -> None:
        seen.append(read_request(connection).decode())
        connection.sendall(kept_alive())

    request = serve(play, at_once=True)

    client.post(request)

    head, _, body = seen[0].partition("\r\n\r\n")
    first, host, *headers = head.split("\r\n")
    assert (first, host, body) == (
        "POST /zenvia/acme/42 HTTP/1.1",
        f"Host: {urlsplit(request.address).netloc}",
        request.payload,
    )
    assert sorted(headers) == [
        "Accept-Encoding: identity",
        f"Authorization: {TOKEN}",
        f"Content-Length: {len(body.encode())}",
        "Content-Type: application/json",
        "User-Agent: whatsapp-console",
    ]


def test_every_sandbox_scenario_has_a_row() -> None:
    assert {ending for ending, *_ in ENDINGS} | ACCEPTED == set(SCENARIOS)


@pytest.mark.parametrize(("ending", "kind", "http_status", "stops"), ENDINGS)
def test_each_scenario_raises_its_error(
    client: ZenviaClient, ask: Ask, ending: str, kind: type, http_status: int | None, stops: str
) -> None:
    error = failure(client, ask(ending))

    assert (type(error), error.http_status, error.stops) == (kind, http_status, stops)


@pytest.mark.parametrize("ending", sorted(ACCEPTED))
def test_slow_response_is_accepted(client: ZenviaClient, ask: Ask, ending: str) -> None:
    assert client.post(ask(ending)).status == "pending"


def test_error_carries_the_text_of_the_response(client: ZenviaClient, ask: Ask) -> None:
    error = failure(client, ask("0422"))

    assert json.loads(error.answer)["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("ending", "wait"),
    [
        ("0429", timedelta(seconds=5)),
        ("0505", timedelta(seconds=5)),
        ("0640", timedelta(seconds=1)),
        ("0642", USUAL_ASKED_WAIT),  # -1
        ("0643", USUAL_ASKED_WAIT),  # abc
    ],
)
def test_throttled_carries_retry_after(client: ZenviaClient, ask: Ask, ending: str, wait: timedelta) -> None:
    error = failure(client, ask(ending))

    assert isinstance(error, Throttled)
    assert error.wait == wait


def test_retry_after_may_be_a_date(client: ZenviaClient, ask: Ask) -> None:
    error = failure(client, ask("0641"))

    assert isinstance(error, Throttled)
    assert timedelta(0) < error.wait <= timedelta(seconds=2)


@pytest.mark.parametrize(
    ("ending", "kind"), [("0500", NotSent), ("0503", NotSent), ("0505", Throttled), ("0602", Ambiguous)]
)
def test_integration_setting_turns_server_errors_into_not_sent(
    client: ZenviaClient, gateway: SandboxServer, ending: str, kind: type
) -> None:
    address = f"http://127.0.0.1:{gateway.port}/zenvia/acme/42"

    error = failure(client, outgoing(address, f"1199999{ending}", server_errors_mean_not_sent=True))

    assert (type(error), error.stops) == (kind, "")


@pytest.mark.parametrize("ending", ["0301", "0302", "0303", "0307", "0308"])
def test_redirect_is_not_followed(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask, ending: str
) -> None:
    failure(client, ask(ending))

    assert [line["path"] for line in ledger.read(gateway.ledger.path)] == ["/zenvia/acme/42"]


@pytest.mark.parametrize("ending", ["0408", "0429", "0500", "0600", "0602", "0611", "0621"])
def test_failed_call_is_made_once(
    client: ZenviaClient, gateway: SandboxServer, ask: Ask, ending: str
) -> None:
    failure(client, ask(ending))

    assert len(list(ledger.read(gateway.ledger.path))) == 1


def test_proxy_of_the_environment_is_ignored(
    client: ZenviaClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert client.post(ask("1234")).status == "pending"


def test_netrc_does_not_replace_the_token(
    client: ZenviaClient, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert client.post(ask("1234")).status == "pending"  # the sandbox lets in one token alone


@pytest.mark.parametrize("ending", ["0401", "0602", "0613"])
def test_errors_never_contain_the_token(client: ZenviaClient, ask: Ask, ending: str) -> None:
    request = ask(ending)

    error = failure(client, request)

    shown = f"{error!r} {error} {error.__dict__} {request!r} {request}"
    assert TOKEN not in shown
    assert error.__cause__ is error.__context__ is None  # what requests raises holds the whole request
    assert EXTERNAL_ID in repr(request)
