"""A running sandbox, a webhook that listens, and request bodies."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from outbound.sandbox.http import server
from outbound.sandbox.playback.delivery import Timing
from tests.sandbox.listener import Listener, write_hook

GOLDEN = Path(__file__).parents[1] / "fixtures" / "zenvia"
SHORT = Timing(late_seconds=0.01, drip_seconds=0.001, hang_seconds=0.3, half_close_seconds=5)
PATH = "/zenvia/acme/42"
HEADERS = {"Content-Type": "application/json", "Authorization": "altu-token"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def location(destination: str) -> dict[str, Any]:
    content = {"type": "location", "latitude": 0, "longitude": 0}
    return {"destination": destination, "contents": [content], "externalId": "c-1"}


@pytest.fixture
def golden() -> Callable[[str], dict[str, Any]]:
    """Read one of the five golden bodies."""
    return lambda name: json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[server.SandboxServer]:
    running = server.start(ledger_path=tmp_path / "ledger.jsonl", timing=SHORT)
    yield running
    running.stop()


@pytest.fixture
def post(gateway: server.SandboxServer) -> Callable[..., Answer]:
    """Post a location to a destination, over a connection of its own unless one is given."""

    def send(destination: str, *, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        with closing(HTTPConnection("127.0.0.1", gateway.port, timeout=5)) as connection:
            connection.request("POST", PATH, json.dumps(body or location(destination)), headers or HEADERS)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    return send


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
def teller(tmp_path: Path, hook_path: Path) -> Iterator[server.SandboxServer]:
    """Start a gateway that posts events to the listener, a hundred times sooner than usual."""
    running = server.start(ledger_path=tmp_path / "ledger.jsonl", timing=SHORT, callback_path=hook_path)
    running.callbacks.delay_factor = 0.01
    yield running
    running.stop()


@pytest.fixture
def send(teller: server.SandboxServer) -> Callable[..., int]:
    """Post a location to the teller and return the status of its answer, 0 where there was none."""

    def one(destination: str, path: str = PATH, body: Any = None) -> int:
        with closing(HTTPConnection("127.0.0.1", teller.port, timeout=5)) as connection:
            try:
                connection.request("POST", path, json.dumps(body or location(destination)), HEADERS)
                return connection.getresponse().status
            except OSError:
                return 0

    return one


@pytest.fixture
def order(send: Callable[..., int]) -> Callable[..., int]:
    """Give the teller an order, and return the status of its answer."""
    return lambda **what: send("", "/control", what)
