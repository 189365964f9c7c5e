"""Run: how it is slowed down, stopped, and followed by the next one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone

from outbound.lifecycle import AttemptOutcome, CampaignStatus, MessageStatus, Reason
from outbound.models import Attempt, Campaign, Integration, Throttle
from outbound.sandbox.http import server
from outbound.sandbox.http.ledger import fingerprint, read
from tests.builders import TOKEN
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


def test_a_call_for_the_next_run_that_fails_costs_no_answer(
    start: Callable[..., server.SandboxServer],
) -> None:
    a_launched(people=60, integration=integrated(start(latency_ms=50)))

    def fail() -> None:
        raise ConnectionError("Redis is away")

    run_once(slots=4, seconds=0.6, nearly_over=fail)

    assert set(statuses()) == {TAKEN, QUEUED}


@pytest.mark.django_db(transaction=True)
def test_a_pause_takes_back_what_stands_ready(start: Callable[..., server.SandboxServer]) -> None:
    gateway = start(latency_ms=3000)
    campaign = a_launched(people=30, integration=integrated(gateway))
    watcher = threading.Thread(target=lambda: while_four_are_answered(gateway, lambda: pause(campaign)))
    watcher.start()

    run_once(slots=8)

    watcher.join()
    assert gateway.ledger.number == 4
    assert statuses() == {TAKEN: 4, QUEUED: 26}
    assert Attempt.objects.filter(reason=Reason.TAKEN_BACK).count() == 4


@pytest.mark.django_db(transaction=True)
def test_what_stands_ready_under_an_old_token_is_taken_back(
    start: Callable[..., server.SandboxServer],
) -> None:
    gateway = start(latency_ms=3000)
    a_launched(people=16, integration=integrated(gateway))
    watcher = threading.Thread(target=lambda: while_four_are_answered(gateway, replace_token))
    watcher.start()

    run_once(slots=8)

    watcher.join()
    tokens = [line["token"] for line in read(gateway.ledger.path)]
    assert tokens[:4] == [fingerprint(TOKEN)] * 4
    assert tokens[4:] == [fingerprint("tok-another-one-9876")] * 12


def while_four_are_answered(gateway: server.SandboxServer, change: Callable[[], None]) -> None:
    wait_for(lambda: gateway.ledger.number >= 4)
    change()
    gateway.control.latency_ms = 0


def pause(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.PAUSED)
    connections.close_all()


def replace_token() -> None:
    Integration.objects.get().replace_token("tok-another-one-9876", by=None, now=timezone.now())
    connections.close_all()
