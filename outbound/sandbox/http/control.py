"""Orders to a running sandbox, posted to /control, which change its responses and events.

The sandbox listens on 127.0.0.1 alone, so only this machine can give orders. They are not in the ledger.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from outbound.sandbox.contract import strict_json
from outbound.sandbox.playback import events
from outbound.sandbox.playback.callbacks import Callbacks
from outbound.sandbox.playback.scenarios import SCENARIOS

PATH = "/control"
NAMES = frozenset({"answer", "seconds", "requests", "token", "latency_ms", "resets"})
EVENT_NAMES = frozenset({"events", "event_delay", "post", "storm"})
MOST_EVENTS = 100_000


class Control:
    """Settings that apply to every request, whatever its destination."""

    def __init__(self, callbacks: Callbacks, *, latency_ms: int = 0, token: str | None = None) -> None:
        self.latency_ms = latency_ms
        self.token = token
        self._callbacks = callbacks
        self._lock = threading.Lock()
        self._answer: str | None = None
        self._until = float("inf")
        self._left = float("inf")
        self._resets = 0

    def apply(self, raw: bytes) -> None:
        """Apply an order. Raises ValueError and changes nothing when it is not understood.

        `{"answer": "0503", "seconds": 5}` uses that scenario for all requests, or for the next `requests`;
        `{"answer": null}` ends it. `{"token": "…"}` accepts only that token, null any.
        `{"latency_ms": 50}` waits before each response. `{"resets": 3}` resets the next three connections.
        `{"events": false}` drops events, `{"event_delay": 0.1}` posts them sooner.
        `{"post": {"body": …, "times": 5}}` posts any JSON, `{"post": {"text": "…"}}` any text, and
        `{"storm": 10000}` as many statuses of the messages that were accepted last.
        """
        order = _checked(strict_json.loads(raw))
        with self._lock:
            if "answer" in order:
                self._answer = order["answer"]
                self._until = time.monotonic() + order.get("seconds", float("inf"))
                self._left = order.get("requests", float("inf"))
            self.token = order.get("token", self.token)
            self.latency_ms = order.get("latency_ms", self.latency_ms)
            self._resets = order.get("resets", self._resets)
        self._order_events(order)

    def next_scenario(self) -> str | None:
        """Return the scenario that was ordered for the current request, if any."""
        with self._lock:
            if self._answer is None or self._left <= 0 or time.monotonic() > self._until:
                return None
            self._left -= 1
            return self._answer

    def resets_connection(self) -> bool:
        """Return whether the new connection is to be reset."""
        with self._lock:
            if self._resets <= 0:
                return False
            self._resets -= 1
            return True

    def _order_events(self, order: dict[str, Any]) -> None:
        self._callbacks.is_on = order.get("events", self._callbacks.is_on)
        self._callbacks.delay_factor = order.get("event_delay", self._callbacks.delay_factor)
        if "post" in order:
            self._callbacks.post(_bodies(order["post"]))
        if "storm" in order:
            self._callbacks.storm(order["storm"])


def _bodies(post: dict[str, Any]) -> Iterator[bytes]:
    body = post["text"].encode("utf-8", "surrogatepass") if "text" in post else events.dumps(post["body"])
    for _time in range(post.get("times", 1)):
        yield body


def _checked(order: Any) -> dict[str, Any]:
    if not isinstance(order, dict) or not order.keys() <= NAMES | EVENT_NAMES:
        raise ValueError(f"an order is an object with some of: {', '.join(sorted(NAMES | EVENT_NAMES))}")
    if not all(_fits(name, value) for name, value in order.items()):
        raise ValueError("an order's value does not fit its name")
    return order


def _fits(name: str, value: Any) -> bool:
    if name == "answer":
        return value is None or value in SCENARIOS
    if name == "token":
        return value is None or (isinstance(value, str) and bool(value))
    if name == "events":
        return isinstance(value, bool)
    if name == "post":
        return _is_post(value)
    if name == "storm":
        return _is_count(value)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_post(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() - {"times"} in ({"body"}, {"text"})
        and isinstance(value.get("text", ""), str)
        and _is_count(value.get("times", 1))
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_EVENTS
