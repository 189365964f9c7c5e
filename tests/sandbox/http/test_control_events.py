"""Orders about the events that the sandbox posts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from outbound.sandbox.http.server import SandboxServer
from outbound.sandbox.playback import callbacks
from tests.sandbox.listener import Listener, codes

Send = Callable[..., int]
Order = Callable[..., int]


def test_events_can_be_switched_off_and_on(
    teller: SandboxServer, send: Send, order: Order, listener: Listener
) -> None:
    order(events=False)
    send("11999990700")
    order(events=True)
    send("11999990710")

    assert codes(listener.after(1)) == ["SENT+DELIVERED"]
    assert teller.callbacks.waiting == 0


def test_the_delays_can_be_changed(teller: SandboxServer, order: Order) -> None:
    assert order(event_delay=0.25) == 200
    assert teller.callbacks.delay_factor == 0.25


def test_any_body_can_be_posted(order: Order, listener: Listener) -> None:
    order(post={"body": {"status": "sent", "external_id": "x"}, "times": 2})
    order(post={"text": "[" * 9})

    raw = sorted(one.raw for one in listener.after(3))

    assert raw == [b"[" * 9, *[b'{"status": "sent", "external_id": "x"}'] * 2]


def test_storm_is_about_the_last_messages_and_uses_few_threads(
    teller: SandboxServer, send: Send, order: Order, listener: Listener
) -> None:
    send("11999990705")
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
def test_invalid_order_posts_nothing(
    teller: SandboxServer, order: Order, listener: Listener, what: dict[str, Any]
) -> None:
    assert order(**what) == 400
    assert (teller.callbacks.waiting, listener.arrived) == (0, [])
