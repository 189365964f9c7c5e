"""The pool: so many requests at once for each integration, and none held up by another's."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from outbound.gateways.base import Accepted, NotSent, Outgoing
from outbound.sending.engine.claim import Claimed
from outbound.sending.engine.concurrency import BUSY, IDLE, Widths
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
    one = Pool(gateway, Widths(2))
    yield one
    gateway.let_go.set()
    one.close()


def rows(integration_id: int, count: int) -> list[Claimed]:
    address = "stuck" if integration_id == STUCK else "well"
    outgoing = Outgoing(address=address, token="t", payload="{}", external_id="e")
    return [Claimed(number, 1, 0, "ticket", integration_id, outgoing) for number in range(count)]


def taken(pool: Pool, count: int) -> list[Delivered]:
    found: list[Delivered] = []
    while len(found) < count:
        assert pool.hungry.wait(10)
        pool.hungry.clear()
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


def test_a_narrowed_lane_has_fewer_requests_under_way_and_loses_none(gateway: Gateway) -> None:
    widths = Widths(8)
    pool = Pool(gateway, widths)
    pool.hand(rows(WELL, 200))
    narrow(widths, WELL)
    found = taken(pool, 200)
    pool.hand(rows(WELL, 200))
    found += taken(pool, 200)

    working = pool._working[WELL]

    pool.close()
    assert working == 1
    assert len(found) == 400


def test_a_lane_that_may_be_wide_again_is(gateway: Gateway) -> None:
    widths = Widths(2)
    pool = Pool(gateway, widths)
    narrow(widths, STUCK)
    pool.hand(rows(STUCK, 3))
    gateway.under_way.acquire(timeout=10)
    alone = not gateway.under_way.acquire(timeout=0.05)

    widths.weigh(IDLE - 0.1)
    pool.hand(rows(STUCK, 1))

    assert alone
    assert gateway.under_way.acquire(timeout=10)
    gateway.let_go.set()
    pool.close()


def narrow(widths: Widths, integration_id: int) -> None:
    widths._answers[integration_id] = 1
    for _step in range(20):
        widths.weigh(BUSY + 0.1)


def test_closing_waits_for_what_is_under_way(gateway: Gateway) -> None:
    pool = Pool(gateway, Widths(2))
    pool.hand(rows(STUCK, 2))
    gateway.under_way.acquire(timeout=10)
    gateway.under_way.acquire(timeout=10)
    closing = threading.Thread(target=pool.close)

    closing.start()
    gateway.let_go.set()
    closing.join(10)

    assert len(pool.take()) == 2
