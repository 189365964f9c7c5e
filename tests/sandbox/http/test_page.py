"""The page of the sandbox."""

from __future__ import annotations

import http.client
import json
from contextlib import closing

import pytest

from outbound.sandbox.http import page, server
from outbound.sandbox.playback.event_scripts import ALL
from outbound.sandbox.playback.scenarios import SCENARIOS
from tests.sandbox.listener import write_hook


@pytest.fixture
def get(gateway):
    def fetch(path: str) -> tuple[http.client.HTTPResponse, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response, response.read().decode()

    return fetch


def test_empty_page_has_instructions_and_lists_every_scenario(get):
    response, page = get("/")

    assert response.status == 200
    assert "Nothing yet" in page
    assert '<html lang="en">' in page
    assert all(f"…{name}</th>" in page for name in SCENARIOS)
    assert all(f"<td>{script.description}</td>" in page for script in ALL)


def test_newest_request_comes_first(get, post):
    post("11999990001")
    post("11999990500")

    _, page = get("/")

    assert page.index("11999990500") < page.index("11999990001")
    assert "2 received, 1 taken" in page


def test_page_shows_the_kind_of_each_message(get, post):
    post("", body={"destination": "11999990001", "templateId": "t"})
    post("11999990001")

    _, page = get("/")

    assert "<dd>template</dd>" in page
    assert "<dd>location</dd>" in page


@pytest.mark.parametrize("attribute", ["destination", "externalId", "templateId"])
def test_requests_are_escaped_and_scripts_forbidden(get, post, attribute):
    post("", body={"destination": "11999990001", attribute: "<script>alert(1)</script>"})

    response, page = get("/")

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_page_views_are_not_recorded(gateway, get):
    get("/")
    get("/ledger.json")

    assert gateway.ledger.last(1) == []


def test_ledger_is_served_as_json(get, post):
    post("11999990001")

    response, text = get("/ledger.json")

    assert response.headers["Content-Type"] == "application/json"
    assert [line["destination"] for line in json.loads(text)] == ["11999990001"]


def test_unknown_page_is_not_found(get):
    response, _ = get("/favicon.ico")

    assert response.status == 404


def test_page_shows_whether_events_are_posted(tmp_path):
    hook = tmp_path / "callback.json"
    running = server.start(ledger_path=tmp_path / "l.jsonl", callback_path=hook)

    without = page.response_to("/", running.ledger, running.callbacks).decode()
    write_hook(hook, "http://127.0.0.1:8000/hooks/zenvia/1/a-secret/", header="h3ad3r")
    with_one = page.response_to("/", running.ledger, running.callbacks).decode()
    running.stop()

    assert "Events are posted nowhere" in without
    assert "Events go to http://127.0.0.1:8000: 0 posted, 0 still to come." in with_one
    assert "secret" not in with_one
    assert "h3ad3r" not in with_one
