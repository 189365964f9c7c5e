"""Posting events: order, time, redelivery and stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from outbound.sandbox.http.server import SandboxServer
from outbound.sandbox.playback import callback_log, callbacks
from tests.installation import until
from tests.sandbox.listener import Listener, codes, write_hook

Send = Callable[..., int]
Order = Callable[..., int]


def test_events_are_posted_in_order(send: Send, listener: Listener) -> None:
    send("11999990700")

    arrived = listener.after(3)

    assert codes(arrived) == ["SENT", "DELIVERED", "READ"]
    assert {one.body["message"]["externalId"] for one in arrived} == {"c-1"}
    assert {one.path for one in arrived} == {"/hooks/zenvia/1/a-secret/"}
    assert {one.headers["X-Webhook-Secret"] for one in arrived} == {"in-the-header"}


def test_redelivered_event_is_a_copy_and_then_has_another_time(send: Send, listener: Listener) -> None:
    send("11999990702")

    first, copy, later = (one.body for one in listener.after(9)[:3])

    assert copy == first
    assert later["timestamp"] > first["timestamp"]
    assert later | {"timestamp": first["timestamp"]} == first


def test_events_follow_the_response(teller: SandboxServer, send: Send, listener: Listener) -> None:
    teller.callbacks.delay_factor = 1.0

    answered = send("11999990700")

    assert answered == 200
    assert listener.arrived == []


def test_events_can_precede_the_response(send: Send, listener: Listener) -> None:
    send("11999990703")

    assert codes(listener.arrived) == ["SENT", "DELIVERED", "READ"]


@pytest.mark.parametrize("ending", ["0601", "0602", "0603", "0610", "0612"])
def test_message_accepted_without_clear_response_has_events(
    send: Send, listener: Listener, ending: str
) -> None:
    send(f"1199999{ending}")

    assert codes(listener.after(2)) == ["SENT", "DELIVERED"]


@pytest.mark.parametrize("ending", ["0400", "0600", "0705", "0604"])
def test_message_that_was_not_accepted_has_no_events(
    teller: SandboxServer, send: Send, listener: Listener, ending: str
) -> None:
    send(f"1199999{ending}")
    send("11999990710")

    listener.after(1)

    assert codes(listener.arrived) == ["SENT+DELIVERED"]
    assert teller.callbacks.waiting == 0


def test_failed_event_is_redelivered_and_then_given_up(
    teller: SandboxServer, send: Send, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teller.callbacks, "_retry_seconds", 0.01)
    listener.answers = [503] * (1 + callbacks.MOST_TRIES) + [200]

    send("11999990701")
    arrived = listener.after(callbacks.MOST_TRIES + 3)

    assert codes(arrived) == ["READ"] * callbacks.MOST_TRIES + ["SENT"] * 2 + ["DELIVERED"]


def test_each_try_has_a_line_without_secrets(
    teller: SandboxServer,
    send: Send,
    listener: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(teller.callbacks, "_retry_seconds", 0.01)
    listener.answers = [500, 200]

    send("11999990710")
    until(lambda: teller.callbacks.log.count == 2, "both tries are on file")

    lines = callback_log.read(tmp_path / "callbacks.jsonl")
    assert [(line["try"], line["answer"]) for line in lines] == [(1, 500), (2, 200)]
    assert (lines[0]["story"], lines[0]["external_id"]) == ("0710", "c-1")
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("*.jsonl"))
    assert b"a-secret" not in on_disk
    assert b"in-the-header" not in on_disk


def test_unreachable_target_is_tried_again(
    teller: SandboxServer, send: Send, hook_path: Path, listener: Listener
) -> None:
    write_hook(hook_path, "http://127.0.0.1:9/hooks/zenvia/1/a-secret/")

    send("11999990710")
    until(lambda: teller.callbacks.log.count == 1, "the first try failed")
    write_hook(hook_path, listener.url)

    assert codes(listener.after(1)) == ["SENT+DELIVERED"]


def test_nothing_is_posted_without_a_file(teller: SandboxServer, send: Send, hook_path: Path) -> None:
    hook_path.unlink()

    assert send("11999990700") == 200
    assert teller.callbacks.waiting == 0


def test_stop_ends_due_and_hanging_posts(
    teller: SandboxServer, send: Send, order: Order, listener: Listener
) -> None:
    listener.answers = [0]
    order(post={"body": 1, "times": callbacks.THREADS + 5})
    order(event_delay=1000)
    send("11999990700")
    listener.after(callbacks.THREADS)

    began = time.monotonic()
    teller.stop()

    assert time.monotonic() - began < 2
    assert [thread for thread in threading.enumerate() if thread.name == "callbacks"] == []
    assert len(listener.arrived) == callbacks.THREADS
