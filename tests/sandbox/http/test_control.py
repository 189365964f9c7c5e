"""Orders to a running sandbox apply to every request."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from outbound.sandbox.http.server import SandboxServer
from tests.sandbox.conftest import HEADERS, Answer

Post = Callable[..., Answer]


@pytest.fixture
def order(gateway: SandboxServer) -> Callable[[Any], int]:
    """Give an order and return the status of the answer."""

    def give(what: Any) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)) as connection:
            connection.request("POST", "/control", json.dumps(what), HEADERS)
            return connection.getresponse().status

    return give


def test_scenario_is_ordered_for_a_number_of_requests(post: Post, order: Callable[[Any], int]) -> None:
    order({"answer": "0503", "requests": 2})

    assert [post("11999990001").status for _ in range(3)] == [503, 503, 200]


def test_scenario_is_ordered_until_it_is_cancelled(post: Post, order: Callable[[Any], int]) -> None:
    order({"answer": "0503"})
    during = [post("11999990001").status for _ in range(3)]
    order({"answer": None})

    assert during == [503, 503, 503]
    assert post("11999990001").status == 200


def test_scenario_is_ordered_for_some_seconds(post: Post, order: Callable[[Any], int]) -> None:
    order({"answer": "0503", "seconds": 0})

    assert post("11999990001").status == 200


def test_order_has_precedence_over_the_destination(
    gateway: SandboxServer, post: Post, order: Callable[[Any], int]
) -> None:
    order({"answer": "0200", "requests": 1})

    assert [post("11999990500").status for _ in range(2)] == [200, 500]
    assert [line["scenario"] for line in gateway.ledger.last(2)] == ["0200", "0500"]


def test_accepted_token_can_be_changed(post: Post, order: Callable[[Any], int]) -> None:
    order({"token": "another"})
    revoked = post("11999990001").status
    known = post("11999990001", headers={**HEADERS, "Authorization": "another"}).status
    order({"token": None})

    assert (revoked, known, post("11999990001").status) == (401, 200, 200)


def test_new_connections_can_be_reset(
    gateway: SandboxServer, post: Post, order: Callable[[Any], int]
) -> None:
    order({"resets": 2})

    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            post("11999990001")

    assert post("11999990001").status == 200
    assert gateway.ledger.number == 1


def test_the_latency_can_be_changed(gateway: SandboxServer, order: Callable[[Any], int]) -> None:
    order({"latency_ms": 7})

    assert gateway.control.latency_ms == 7


@pytest.mark.parametrize(
    "what",
    [[], {"answr": "0503"}, {"answer": "9999"}, {"seconds": -1}, {"token": ""}, {"resets": True}, None],
)
def test_invalid_order_changes_nothing(
    gateway: SandboxServer, order: Callable[[Any], int], what: Any
) -> None:
    before = dict(vars(gateway.control))

    assert order(what) == 400
    assert vars(gateway.control) == before


def test_order_is_not_in_the_ledger(gateway: SandboxServer, order: Callable[[Any], int]) -> None:
    assert order({"answer": "0503"}) == 200
    assert gateway.ledger.number == 0
