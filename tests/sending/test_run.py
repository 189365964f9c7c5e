"""Run: the loop over real HTTP, against the sandbox."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import AttemptOutcome, IntegrationStatus, MessageStatus
from outbound.models import Attempt, Integration, Message
from outbound.sandbox import server
from outbound.sandbox.delivery import Timing
from outbound.sandbox.ledger import read
from outbound.sandbox.scenarios import SCENARIOS
from outbound.sending.claim import claim
from outbound.sending.recover import reap
from outbound.sending.run import Run
from tests.builders import a_recipient, an_integration
from tests.sending.steps import ACCEPTED, a_launched, claimed, later, recorded, some_numbers

pytestmark = pytest.mark.django_db

QUEUED, UNCONFIRMED, REFUSED, TAKEN = (
    MessageStatus.QUEUED,
    MessageStatus.UNCONFIRMED,
    MessageStatus.REFUSED,
    MessageStatus.ACCEPTED,
)
# What is left of a message after one run, for each ending; an asterisk: the integration is stopped too.
OUTCOMES = {
    TAKEN: "0200 0620 0622",
    REFUSED: "0400 0413 0415 0422",
    QUEUED: "0307* 0308* 0401* 0403* 0404* 0405* 0410* 0408 0425 0429 0505",
    UNCONFIRMED: "0301* 0302* 0303* 0409 0500 0502 0503 0504 0600 0601 0602 0603 "
    "0610 0611 0612 0613* 0614 0615 0616 0617 0621",
}
CASES = [(ending[:4], status, "*" in ending) for status, all_ in OUTCOMES.items() for ending in all_.split()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., server.SandboxServer]]:
    running = []

    def begin(latency_ms: int = 0) -> server.SandboxServer:
        timing = Timing(late_seconds=0.01, drip_seconds=0.001, hang_seconds=0.3, half_close_seconds=5)
        path = tmp_path / "ledger.jsonl"
        running.append(server.start(ledger_path=path, latency_ms=latency_ms, timing=timing))
        return running[-1]

    yield begin
    for gateway in running:
        gateway.stop()


def integrated(gateway: server.SandboxServer, **values: Any) -> Integration:
    return an_integration(base_url=f"http://127.0.0.1:{gateway.port}/zenvia", **values)


def run_once(slots: int = 4, **options: Any) -> int:
    return Run(**({"seconds": 30, "slots": slots, "linger": False} | options)).run()


def statuses() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_every_scenario_of_the_sandbox_has_its_outcome_here() -> None:
    assert {ending for ending, _status, _stops in CASES} == set(SCENARIOS)


@pytest.mark.parametrize(("ending", "status", "stops"), CASES)
def test_each_answer_leaves_the_row_where_it_belongs(
    start: Callable[..., server.SandboxServer], ending: str, status: str, stops: bool
) -> None:
    gateway = start()
    integration = integrated(gateway)
    a_launched(integration=integration, numbers=f"+551190000{ending}")

    run_once()

    integration.refresh_from_db()
    assert Message.objects.get().status == status
    assert (integration.status == IntegrationStatus.STOPPED) is stops
    assert bool(integration.status_reason) is stops


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


def test_a_fault_of_our_own_proves_nothing(start: Callable[..., server.SandboxServer]) -> None:
    a_launched(integration=integrated(start(), token="ключ"))  # stands in no header

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

    made = run_once(slots=3, stop=stop)

    watcher.join()
    assert made == 3
    assert statuses() == {TAKEN: 3, QUEUED: 7}
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


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


def statements(people: int) -> int:
    a_launched(people=people)
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        for one in claim(people, timezone.now())[:1]:
            recorded(one, ACCEPTED)
    return len(captured)


def test_a_tick_costs_as_many_statements_for_fifty_rows_as_for_one() -> None:
    assert statements(1) == statements(50)
