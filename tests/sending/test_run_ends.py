"""Run: how it is slowed down, stopped, and followed by the next one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from outbound.lifecycle import AttemptOutcome, MessageStatus
from outbound.models import Attempt, Throttle
from outbound.sandbox import server
from tests.sending.steps import (
    a_launched,
    integrated,
    run_once,
    some_numbers,
    statuses,
    wait_for,
)

pytestmark = pytest.mark.django_db

QUEUED, UNCONFIRMED, TAKEN = MessageStatus.QUEUED, MessageStatus.UNCONFIRMED, MessageStatus.ACCEPTED


def test_a_wish_to_stop_ends_claiming_and_records_what_is_in_flight(
    start: Callable[..., server.SandboxServer],
) -> None:
    gateway = start(latency_ms=200)
    a_launched(people=10, integration=integrated(gateway))
    stop = threading.Event()
    watcher = threading.Thread(target=lambda: (wait_for(lambda: gateway.ledger.number >= 3), stop.set()))
    watcher.start()

    made = run_once(slots=4, stop=stop)

    watcher.join()
    assert made == gateway.ledger.number < 10
    assert statuses() == {TAKEN: made, QUEUED: 10 - made}
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_a_429_holds_the_whole_integration(start: Callable[..., server.SandboxServer]) -> None:
    gateway = start()
    numbers = ["+5511900000429", *some_numbers(40)]
    a_launched(integration=integrated(gateway), numbers="\n".join(numbers))

    run_once(slots=2)

    assert gateway.ledger.number < 10
    assert statuses()[QUEUED] > 30
    assert Throttle.objects.get().held_until is not None


def test_a_token_that_is_refused_costs_no_more_requests_than_slots(
    start: Callable[..., server.SandboxServer],
) -> None:
    gateway = start(latency_ms=50)
    a_launched(integration=integrated(gateway), numbers="\n".join(["+5511900000401", *some_numbers(20)]))

    run_once(slots=8)

    assert gateway.ledger.number <= 8
    assert statuses() == {QUEUED: 21 - gateway.ledger.taken, TAKEN: gateway.ledger.taken}


def test_the_next_run_is_called_for_while_there_is_work(start: Callable[..., server.SandboxServer]) -> None:
    a_launched(people=60, integration=integrated(start(latency_ms=50)))
    called: list[int] = []

    run_once(slots=4, seconds=0.6, nearly_over=lambda: called.append(1))

    assert called == [1]
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_a_run_with_nothing_to_do_calls_for_no_other() -> None:
    called: list[int] = []

    run_once(seconds=0.1, nearly_over=lambda: called.append(1))

    assert called == []
