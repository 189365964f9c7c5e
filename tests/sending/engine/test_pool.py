"""The pool: so many requests at once for each integration, and none held up by another's."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from outbound.gateways.base import Accepted, NotSent, Outgoing
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.pool import Pool
from tests.sending.steps import ACCEPTED

STUCK, WELL = 1, 2


class Gateway:
    """Answers at once, but for those of the address `stuck`, which wait to be let go."""

    def __init__(self) -> None:
        self.under_way = threading.Semaphore(0)
        self.let_go = threading.Event()

    def post(self, outgoing: Outgoing) -> Accepted:
        if outgoing.address == "stuck":
            self.under_way.release()
            self.let_go.wait(10)
        return ACCEPTED


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    one = Gateway()
    yield one
    one.let_go.set()


@pytest.fixture
def pool(gateway: Gateway) -> Iterator[Pool]:
    one = Pool(gateway, 2)
    yield one
    gateway.let_go.set()
    one.close()


def rows(integration_id: int, count: int) -> list[ClaimedMessage]:
    address = "stuck" if integration_id == STUCK else "well"
    outgoing = Outgoing(address=address, token="t", payload="{}", external_id="e")
    return [ClaimedMessage(number, 1, 0, "ticket", integration_id, outgoing) for number in range(count)]


def taken(pool: Pool, count: int) -> list[Delivered]:
    found: list[Delivered] = []
    while len(found) < count:
        assert pool.wake.wait(10)
        pool.wake.clear()
        found += pool.take()
    return found


def test_what_was_handed_in_comes_back_once(pool: Pool) -> None:
    pool.hand(rows(WELL, 20))

    found = taken(pool, 20)

    assert sorted(one.claimed.message_id for one in found) == list(range(20))
    assert pool.is_empty


def test_a_stuck_integration_holds_up_no_other(pool: Pool) -> None:
    pool.hand(rows(STUCK, 10))
    pool.hand(rows(WELL, 10))

    assert len(taken(pool, 10)) == 10
    assert (pool.held(STUCK), pool.held(WELL)) == (10, 0)


def test_no_more_than_the_connections_are_under_way(pool: Pool, gateway: Gateway) -> None:
    pool.hand(rows(STUCK, 10))

    assert gateway.under_way.acquire(timeout=10)
    assert gateway.under_way.acquire(timeout=10)
    assert not gateway.under_way.acquire(timeout=0.05)


def test_what_was_not_begun_can_be_taken_back(pool: Pool, gateway: Gateway) -> None:
    pool.hand(rows(STUCK, 10))
    gateway.under_way.acquire(timeout=10)
    gateway.under_way.acquire(timeout=10)

    back = pool.withdraw([STUCK])

    assert len(back) == 8
    assert all(isinstance(one.result, NotSent) and not one.result.counts for one in back)
    assert pool.held(STUCK) == 2


def test_closing_waits_for_what_is_under_way(gateway: Gateway) -> None:
    pool = Pool(gateway, 2)
    pool.hand(rows(STUCK, 2))
    gateway.under_way.acquire(timeout=10)
    gateway.under_way.acquire(timeout=10)
    closing = threading.Thread(target=pool.close)

    closing.start()
    gateway.let_go.set()
    closing.join(10)

    assert len(pool.take()) == 2


def test_handing_in_nothing_does_not_lose_the_wake(pool: Pool) -> None:
    pool.wake.set()

    pool.hand([])

    assert pool.wake.is_set()
