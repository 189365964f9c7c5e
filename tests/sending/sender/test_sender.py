"""Run: the loop over real HTTP, against the sandbox."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.utils import timezone

from outbound.gateways.zenvia import responses
from outbound.lifecycle import AttemptOutcome, MessageStatus
from outbound.models import Attempt, Message
from outbound.sandbox.http import server
from outbound.sandbox.http.ledger import read
from tests.builders import a_recipient, an_integration
from tests.sending.steps import (
    a_launched,
    claimed,
    integrated,
    later,
    run_once,
    some_numbers,
    statuses,
)

pytestmark = pytest.mark.django_db

QUEUED, UNCONFIRMED, TAKEN = MessageStatus.QUEUED, MessageStatus.UNCONFIRMED, MessageStatus.ACCEPTED


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
    monkeypatch.setattr(responses, "read", None)  # whatever it is called with now, it fails

    run_once()

    assert statuses() == {UNCONFIRMED: 1}
    assert Attempt.objects.get().outcome == AttemptOutcome.AMBIGUOUS
