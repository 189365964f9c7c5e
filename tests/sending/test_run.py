"""Run: the loop over real HTTP, against the sandbox."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.gateways.zenvia import answers
from outbound.lifecycle import AttemptOutcome, MessageStatus
from outbound.models import Attempt, Message, Throttle
from outbound.sandbox import server
from outbound.sandbox.ledger import read
from outbound.sending import run as run_module
from outbound.sending.claim import claim
from outbound.sending.recover import reap
from tests.builders import a_recipient, an_integration
from tests.sending.steps import (
    ACCEPTED,
    a_launched,
    claimed,
    integrated,
    later,
    recorded,
    run_once,
    some_numbers,
    statuses,
)

pytestmark = pytest.mark.django_db

QUEUED, UNCONFIRMED, TAKEN = MessageStatus.QUEUED, MessageStatus.UNCONFIRMED, MessageStatus.ACCEPTED


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_the_body_that_was_frozen_is_what_arrives(start: Callable[..., server.SandboxServer]) -> None:
    gateway = start()
    a_launched(integration=integrated(gateway))

    run_once()

    assert [line["raw"] for line in read(gateway.ledger.path)] == [Message.objects.get().payload]


def test_an_acceptance_keeps_the_gateways_ids(start: Callable[..., server.SandboxServer]) -> None:
    a_launched(integration=integrated(start()))

    run_once()

    message = Message.objects.get()
    assert (message.gateway_message_id, message.gateway_contact_id) == ("1", "500001")


def test_an_unreachable_gateway_leaves_the_row_for_another_try() -> None:
    a_launched(integration=an_integration(base_url="http://127.0.0.1:1/zenvia"))

    run_once()

    message = Message.objects.get()
    assert message.status == QUEUED
    assert message.failed_tries >= 1


def test_all_that_is_due_is_sent_over_few_slots(start: Callable[..., server.SandboxServer]) -> None:
    gateway = start()
    a_launched(people=30, integration=integrated(gateway))

    made = run_once(slots=3)

    assert made == 30
    assert statuses() == {TAKEN: 30}
    assert Counter(line["destination"] for line in read(gateway.ledger.path)).most_common(1)[0][1] == 1


def test_never_more_rows_are_held_than_there_are_slots(start: Callable[..., server.SandboxServer]) -> None:
    numbers = ["+5511900000621", *some_numbers(12)]  # the first hangs while the others come and go
    a_launched(numbers="\n".join(numbers), integration=integrated(start()))

    run_once(slots=3)

    held = list(Attempt.objects.values_list("opened_at", "closed_at"))
    at_once = [sum(opened <= moment < closed for opened, closed in held) for moment, _closed in held]
    assert max(at_once) == 3


def test_a_crowd_that_opted_out_does_not_hide_who_comes_behind(
    start: Callable[..., server.SandboxServer],
) -> None:
    numbers = some_numbers(6)
    a_launched(numbers="\n".join(numbers), integration=integrated(start()))
    for number in numbers[:5]:
        a_recipient(phone=number, opted_out_at=timezone.now())

    made = run_once(slots=2)

    assert made == 1
    assert statuses() == {MessageStatus.SKIPPED: 5, TAKEN: 1}


def test_an_integration_without_token_does_not_hide_another(
    start: Callable[..., server.SandboxServer],
) -> None:
    mute = an_integration()
    a_launched(people=5, integration=mute)
    a_launched(integration=integrated(start()))
    mute.replace_token("", by=None, now=timezone.now())

    made = run_once(slots=2)

    assert made == 1
    assert statuses() == {QUEUED: 5, TAKEN: 1}


def test_it_waits_for_what_becomes_due_within_its_time(start: Callable[..., server.SandboxServer]) -> None:
    a_launched(integration=integrated(start()))
    Message.objects.update(due_at=later(seconds=0.3))

    made = run_once(seconds=5, linger=True)

    assert made == 1


def test_it_does_not_wait_for_what_becomes_due_after_its_time() -> None:
    a_launched()
    Message.objects.update(due_at=later(seconds=30))
    started = time.monotonic()

    assert run_once(seconds=5, linger=True) == 0
    assert time.monotonic() - started < 2


def test_a_lost_sender_is_recovered_from_first(start: Callable[..., server.SandboxServer]) -> None:
    a_launched(integration=integrated(start()))
    claimed()
    Message.objects.update(lease_until=later(seconds=-1))

    run_once()

    assert statuses() == {UNCONFIRMED: 1}


def test_a_fault_of_our_own_proves_nothing(
    start: Callable[..., server.SandboxServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_launched(integration=integrated(start()))
    monkeypatch.setattr(answers, "read", None)  # whatever it is called with now, it fails

    run_once()

    assert statuses() == {MessageStatus.SENDING: 1}
    assert Attempt.objects.get().outcome == AttemptOutcome.OPEN
    reap(later(hours=1))
    assert statuses() == {UNCONFIRMED: 1}


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


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_for_a_moment_costs_nothing(
    start: Callable[..., server.SandboxServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_launched(people=20, integration=integrated(start()))
    real, failures = run_module.record, iter([False, True, True])

    def record(*args: Any) -> Any:
        result = real(*args)
        if next(failures, False):
            raise OperationalError("the connection was lost")
        return result

    monkeypatch.setattr(run_module, "record", record)
    run_once()

    assert statuses() == {TAKEN: 20}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_held_across_the_network(start: Callable[..., server.SandboxServer]) -> None:
    gateway = start(latency_ms=500)
    a_launched(integration=integrated(gateway))
    sender = threading.Thread(target=lambda: (run_once(), connections.close_all()))
    sender.start()

    wait_for(lambda: gateway.ledger.number == 1)
    message, attempt = Message.objects.get(), Attempt.objects.get()
    holders = open_transactions()

    sender.join()
    assert (message.status, attempt.outcome) == (MessageStatus.SENDING, AttemptOutcome.OPEN)
    assert holders == 0
    assert statuses() == {TAKEN: 1}


def open_transactions() -> int:
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
        other.execute("BEGIN IMMEDIATE")  # raises where anybody else is writing
        other.close()
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state LIKE 'idle in transaction%'"
        )
        return cursor.fetchone()[0]


# Recording: two. Claiming: the lanes, the mark, the attempts, the rows; on PostgreSQL also the lanes held still. The
# rest are this test's own savepoints and one look at the message.
MOST_STATEMENTS = 12


def statements(people: int) -> int:
    a_launched(people=people, first_wave_passed_at=timezone.now())
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        for one in claim(lambda _integration_id: people, timezone.now()).claimed[:1]:
            recorded(one, ACCEPTED)
    return len(captured)


def test_a_tick_costs_as_many_statements_for_fifty_rows_as_for_one() -> None:
    assert statements(1) == statements(50) <= MOST_STATEMENTS
