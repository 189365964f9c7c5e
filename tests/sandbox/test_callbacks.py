"""Posting back: when, in which order, how often, by how many threads, and that it ends when asked."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from outbound.sandbox import callbacks, posted, server
from tests.installation import until
from tests.sandbox.conftest import HEADERS, PATH, SHORT, location
from tests.sandbox.listener import Listener, codes, write_hook

Post = Callable[..., int]
Order = Callable[..., int]


@pytest.fixture
def listener() -> Iterator[Listener]:
    running = Listener()
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield running
    running.released.set()
    running.shutdown()
    running.server_close()


@pytest.fixture
def hook_path(tmp_path: Path, listener: Listener) -> Path:
    path = tmp_path / "callback.json"
    write_hook(path, listener.url, header="in-the-header")
    return path


@pytest.fixture
def gateway(tmp_path: Path, hook_path: Path) -> Iterator[server.SandboxServer]:
    running = server.start(ledger_path=tmp_path / "ledger.jsonl", timing=SHORT, callback_path=hook_path)
    running.callbacks.delay_factor = 0.01
    yield running
    running.stop()


@pytest.fixture
def post(gateway: server.SandboxServer) -> Post:
    """Post a location to the gateway and return the status of its answer, 0 where there was none."""

    def send(destination: str, path: str = PATH, body: Any = None) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)) as connection:
            try:
                connection.request("POST", path, json.dumps(body or location(destination)), HEADERS)
                return connection.getresponse().status
            except OSError:
                return 0

    return send


@pytest.fixture
def order(post: Post) -> Order:
    return lambda **what: post("", "/control", what)


def test_what_becomes_of_a_message_is_posted_in_order(post: Post, listener: Listener) -> None:
    post("11999990700")

    arrived = listener.after(3)

    assert codes(arrived) == ["SENT", "DELIVERED", "READ"]
    assert {one.body["message"]["externalId"] for one in arrived} == {"c-1"}
    assert {one.path for one in arrived} == {"/hooks/zenvia/1/a-secret/"}
    assert {one.headers["X-Webhook-Secret"] for one in arrived} == {"in-the-header"}


def test_events_come_after_the_answer(gateway: server.SandboxServer, post: Post, listener: Listener) -> None:
    gateway.callbacks.delay_factor = 1.0

    answered = post("11999990700")

    assert answered == 200
    assert listener.arrived == []


def test_events_can_come_before_the_answer(post: Post, listener: Listener) -> None:
    post("11999990703")

    assert codes(listener.arrived) == ["SENT", "DELIVERED", "READ"]


@pytest.mark.parametrize("ending", ["0601", "0602", "0603", "0610", "0612"])
def test_a_message_that_was_taken_without_a_clear_answer_has_its_events(
    post: Post, listener: Listener, ending: str
) -> None:
    post(f"1199999{ending}")

    assert codes(listener.after(2)) == ["SENT", "DELIVERED"]


@pytest.mark.parametrize("ending", ["0400", "0600", "0705", "0604"])
def test_what_was_not_taken_or_is_never_told_has_none(
    gateway: server.SandboxServer, post: Post, listener: Listener, ending: str
) -> None:
    post(f"1199999{ending}")
    post("11999990710")

    listener.after(1)

    assert codes(listener.arrived) == ["SENT+DELIVERED"]
    assert gateway.callbacks.waiting == 0


def test_an_event_that_was_not_taken_is_posted_again_and_then_given_up(
    gateway: server.SandboxServer, post: Post, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.callbacks, "_retry_seconds", 0.01)
    listener.answers = [503] * (1 + callbacks.MOST_TRIES) + [200]

    post("11999990701")
    arrived = listener.after(callbacks.MOST_TRIES + 3)

    assert codes(arrived) == ["READ"] * callbacks.MOST_TRIES + ["SENT"] * 2 + ["DELIVERED"]


def test_each_try_has_its_line_and_the_secrets_are_in_none(
    gateway: server.SandboxServer,
    post: Post,
    listener: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway.callbacks, "_retry_seconds", 0.01)
    listener.answers = [500, 200]

    post("11999990710")
    until(lambda: gateway.callbacks.posted.count == 2, "both tries are on file")

    lines = posted.read(tmp_path / "callbacks.jsonl")
    assert [(line["try"], line["answer"]) for line in lines] == [(1, 500), (2, 200)]
    assert (lines[0]["story"], lines[0]["external_id"]) == ("0710", "c-1")
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("*.jsonl"))
    assert b"a-secret" not in on_disk
    assert b"in-the-header" not in on_disk


def test_a_hook_that_nobody_answers_at_is_tried_again(
    gateway: server.SandboxServer, post: Post, hook_path: Path, listener: Listener
) -> None:
    write_hook(hook_path, "http://127.0.0.1:9/hooks/zenvia/1/a-secret/")

    post("11999990710")
    until(lambda: gateway.callbacks.posted.count == 1, "the first try failed")
    write_hook(hook_path, listener.url)

    assert codes(listener.after(1)) == ["SENT+DELIVERED"]


def test_without_a_file_nothing_is_posted(gateway: server.SandboxServer, post: Post, hook_path: Path) -> None:
    hook_path.unlink()

    assert post("11999990700") == 200
    assert gateway.callbacks.waiting == 0


def test_events_can_be_switched_off_and_on(
    gateway: server.SandboxServer, post: Post, order: Order, listener: Listener
) -> None:
    order(events=False)
    post("11999990700")
    order(events=True)
    post("11999990710")

    assert codes(listener.after(1)) == ["SENT+DELIVERED"]
    assert gateway.callbacks.waiting == 0


def test_the_delays_can_be_changed(gateway: server.SandboxServer, order: Order) -> None:
    assert order(event_delay=0.25) == 200
    assert gateway.callbacks.delay_factor == 0.25


def test_any_body_can_be_ordered(order: Order, listener: Listener) -> None:
    order(post={"body": {"status": "sent", "external_id": "x"}, "times": 2})
    order(post={"text": "[" * 9})

    raw = sorted(one.raw for one in listener.after(3))

    assert raw == [b"[" * 9, *[b'{"status": "sent", "external_id": "x"}'] * 2]


def test_a_storm_is_about_what_was_taken_last_and_few_threads_carry_it(
    gateway: server.SandboxServer, post: Post, order: Order, listener: Listener
) -> None:
    post("11999990705")
    before = threading.active_count()

    order(storm=500)
    arrived = listener.after(500)

    carrying = [thread for thread in threading.enumerate() if thread.name == "callbacks"]
    assert len(carrying) <= callbacks.THREADS
    assert listener.most_at_once <= callbacks.THREADS
    assert {one.body["message"]["externalId"] for one in arrived} == {"c-1"}
    assert threading.active_count() < before + 50


@pytest.mark.parametrize(
    "what",
    [
        {"events": 1},
        {"event_delay": -1},
        {"storm": 0},
        {"storm": True},
        {"post": {}},
        {"post": {"body": 1, "text": ""}},
        {"post": {"text": 1}},
        {"post": {"body": 1, "times": 0}},
        {"post": {"body": 1, "more": 1}},
        {"storm": 10**9},
    ],
)
def test_an_order_that_is_not_clear_posts_nothing(
    gateway: server.SandboxServer, order: Order, listener: Listener, what: dict[str, Any]
) -> None:
    assert order(**what) == 400
    assert (gateway.callbacks.waiting, listener.arrived) == (0, [])


def test_stopping_ends_what_is_due_and_what_hangs(
    gateway: server.SandboxServer, post: Post, order: Order, listener: Listener
) -> None:
    listener.answers = [0]
    order(post={"body": 1, "times": callbacks.THREADS + 5})
    order(event_delay=1000)
    post("11999990700")
    listener.after(callbacks.THREADS)

    began = time.monotonic()
    gateway.stop()

    assert time.monotonic() - began < 2
    assert [thread for thread in threading.enumerate() if thread.name == "callbacks"] == []
    assert len(listener.arrived) == callbacks.THREADS
