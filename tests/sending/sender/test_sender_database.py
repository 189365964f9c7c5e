"""Run and its database: few statements, none of them across the network, and a loss that heals."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import AttemptOutcome, MessageStatus
from outbound.models import Attempt, Message
from outbound.sandbox.http import server
from outbound.sending import heartbeat
from outbound.sending.engine import transactions
from outbound.sending.engine.claim import claim
from tests.sending.steps import (
    ACCEPTED,
    a_launched,
    integrated,
    recorded,
    run_once,
    statuses,
    wait_for,
)

pytestmark = pytest.mark.django_db

QUEUED, UNCONFIRMED, TAKEN = MessageStatus.QUEUED, MessageStatus.UNCONFIRMED, MessageStatus.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_for_a_moment_costs_nothing(
    start: Callable[..., server.SandboxServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_launched(people=20, integration=integrated(start()))
    real, failures = transactions.record, iter([False, True, True])

    def record(*args: Any) -> Any:
        result = real(*args)
        if next(failures, False):
            raise OperationalError("the connection was lost")
        return result

    monkeypatch.setattr(transactions, "record", record)
    run_once()

    assert statuses() == {TAKEN: 20}


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_cannot_be_made_costs_no_answer_and_is_missed(
    start: Callable[..., server.SandboxServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_launched(people=20, integration=integrated(start()))
    real, turns = transactions.claim, count(1)

    def claim(*args: Any) -> Any:
        if next(turns) > 1:
            raise OperationalError("too many terms")
        return real(*args)

    monkeypatch.setattr(transactions, "claim", claim)
    before = timezone.now()
    run_once(slots=8, seconds=1.5)

    assert statuses() == {TAKEN: 8, QUEUED: 12}
    assert heartbeat.last_beat() < before + timedelta(seconds=1)


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


# Recording: two. Claiming: the lanes, the mark, the attempts, the rows; on PostgreSQL also the lanes held
# still. A lane that has just changed is read once more. The rest are this test's own savepoints and one look
# at the message.
MOST_STATEMENTS = 16


def statements(people: int) -> int:
    a_launched(people=people, first_wave_passed_at=timezone.now())
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        for one in claim(lambda _integration_id: people, timezone.now()).messages[:1]:
            recorded(one, ACCEPTED)
    return len(captured)


def test_a_tick_costs_as_many_statements_for_fifty_rows_as_for_one() -> None:
    assert statements(1) == statements(50) <= MOST_STATEMENTS
