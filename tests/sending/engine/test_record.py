"""Record: what an answer makes of a row, and only of a row that its sender still holds."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Refused, Throttled
from outbound.lifecycle import AttemptOutcome, IntegrationStatus, MessageStatus, Reason
from outbound.models import Attempt, Integration, Message, Throttle
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.record import record
from outbound.sending.engine.recover import reap
from outbound.sending.limits import backoff
from tests.sending.steps import ACCEPTED, a_launched, claimed, later, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> ClaimedMessage:
    a_launched()
    return claimed()[0]


def everything() -> list[dict[str, Any]]:
    return [
        *Message.objects.values(),
        *Attempt.objects.values(),
        *Integration.objects.values("status", "status_reason", "status_changed_at"),
    ]


def test_an_acceptance_is_written_down_with_its_evidence(one: ClaimedMessage) -> None:
    message = recorded(one, ACCEPTED)

    assert (message.status, message.reason) == (MessageStatus.ACCEPTED, "")
    assert (message.gateway_status, message.gateway_message_id, message.gateway_contact_id) == (
        "pending",
        "77",
        "88",
    )
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.http_status, attempt.answer, attempt.latency_ms) == (
        AttemptOutcome.ACCEPTED,
        200,
        ACCEPTED.answer,
        12,
    )
    assert attempt.closed_at is not None


def test_a_refusal_is_final_and_keeps_the_gateways_words(one: ClaimedMessage) -> None:
    message = recorded(one, Refused(http_status=422, answer="no such template"))

    assert (message.status, message.reason) == (MessageStatus.REFUSED, Reason.REJECTED)
    assert message.detail == "no such template"
    assert Attempt.objects.get().outcome == AttemptOutcome.REFUSED


def test_what_is_in_doubt_stays_out_of_the_queue(one: ClaimedMessage) -> None:
    message = recorded(one, Ambiguous(http_status=502))

    assert (message.status, message.reason) == (MessageStatus.UNCONFIRMED, Reason.NO_CLEAR_ANSWER)
    assert Attempt.objects.get().outcome == AttemptOutcome.AMBIGUOUS
    assert claimed(now=later(days=1)) == []


def test_what_was_not_sent_waits_for_another_try(one: ClaimedMessage) -> None:
    now = timezone.now()

    message = recorded(one, NotSent(), now)

    assert (message.status, message.reason) == (MessageStatus.QUEUED, Reason.CONNECTION)
    assert message.failed_tries == 1
    assert message.due_at is not None
    assert now <= message.due_at <= now + backoff.FIRST_WAIT
    assert Attempt.objects.get().outcome == AttemptOutcome.NOT_SENT


def test_after_the_last_try_it_is_refused(one: ClaimedMessage) -> None:
    message = recorded(replace(one, failed_tries=backoff.MAX_TRIES - 1), NotSent())

    assert (message.status, message.reason) == (MessageStatus.REFUSED, Reason.RETRIES_EXHAUSTED)
    assert message.failed_tries == backoff.MAX_TRIES
    assert Attempt.objects.get().outcome == AttemptOutcome.NOT_SENT


def test_a_throttled_message_waits_as_asked_and_burns_no_try(one: ClaimedMessage) -> None:
    now, asked = timezone.now(), timedelta(seconds=90)

    message = recorded(one, Throttled(wait=asked, http_status=429), now)

    assert (message.status, message.reason) == (MessageStatus.QUEUED, Reason.BUSY)
    assert (message.failed_tries, message.due_at) == (0, now + asked)
    assert Throttle.objects.get().held_until == now + asked


def test_a_stop_holds_the_integration_and_burns_no_try(one: ClaimedMessage) -> None:
    message = recorded(one, NotSent(http_status=401, stops="Replace the token."))

    assert (message.status, message.reason) == (MessageStatus.QUEUED, Reason.INTEGRATION_STOPPED)
    assert message.failed_tries == 0
    integration = Integration.objects.get()
    assert (integration.status, integration.status_reason) == (
        IntegrationStatus.STOPPED,
        "Replace the token.",
    )


def test_a_doubt_may_stop_the_integration_too(one: ClaimedMessage) -> None:
    message = recorded(one, Ambiguous(http_status=200, stops="Ask Zenvia."))

    assert message.status == MessageStatus.UNCONFIRMED
    assert Integration.objects.get().status == IntegrationStatus.STOPPED


def test_a_persons_pause_keeps_the_persons_words(one: ClaimedMessage) -> None:
    Integration.objects.update(status=IntegrationStatus.PAUSED, status_reason="Holiday")

    recorded(one, NotSent(http_status=401, stops="Replace the token."))

    integration = Integration.objects.get()
    assert (integration.status, integration.status_reason) == (IntegrationStatus.PAUSED, "Holiday")


@pytest.mark.parametrize(
    "result",
    [ACCEPTED, Refused(http_status=400), NotSent(), Ambiguous(), NotSent(http_status=401, stops="Stop.")],
    ids=["accepted", "refused", "not sent", "ambiguous", "stop"],
)
@pytest.mark.parametrize("stale", [{"ticket": "another"}, {"attempt_number": 2}], ids=["ticket", "attempt"])
def test_a_result_for_a_row_that_another_holds_changes_nothing(
    one: ClaimedMessage, stale: dict[str, Any], result: Accepted | GatewayError
) -> None:
    before = everything()

    recorded(replace(one, **stale), result)

    assert everything() == before


@pytest.mark.parametrize("first", [ACCEPTED, Refused(), NotSent(), Ambiguous()])
def test_a_result_that_comes_twice_counts_once(one: ClaimedMessage, first: Accepted | GatewayError) -> None:
    recorded(one, first)
    before = everything()

    recorded(one, first if first is not ACCEPTED else Refused())

    assert everything() == before


def test_an_answer_to_an_earlier_attempt_says_nothing_of_the_next(one: ClaimedMessage) -> None:
    recorded(one, NotSent())
    claimed(now=later(hours=1))
    before = everything()

    recorded(one, ACCEPTED)

    assert everything() == before


def test_a_late_acceptance_settles_what_recovery_had_to_doubt(one: ClaimedMessage) -> None:
    reap(later(hours=1))

    message = recorded(one, ACCEPTED)

    assert message.status == MessageStatus.ACCEPTED
    assert Attempt.objects.get().outcome == AttemptOutcome.ACCEPTED


@pytest.mark.parametrize("late", [Refused(), NotSent(), Ambiguous(), NotSent(stops="Stop."), Throttled()])
def test_no_other_late_answer_settles_anything(one: ClaimedMessage, late: GatewayError) -> None:
    reap(later(hours=1))
    before = everything()

    recorded(one, late)

    assert everything() == before


@pytest.mark.parametrize("strange", ["\x00", "\ud800", "a\x00b\udfff"])
def test_an_id_that_no_database_can_keep_does_not_spoil_the_batch(strange: str) -> None:
    a_launched(people=2)
    first, second = claimed()

    with transaction.atomic():
        batch = [
            Delivered(first, replace(ACCEPTED, message_id=strange, contact_id=strange), 1),
            Delivered(second, ACCEPTED, 1),
        ]
        record(batch, timezone.now(), random.Random(1))

    assert [message.status for message in Message.objects.all()] == [MessageStatus.ACCEPTED] * 2
    assert "\x00" not in Message.objects.get(pk=first.message_id).gateway_message_id


def test_a_batch_of_all_kinds_is_written_at_once() -> None:
    a_launched(people=4)
    results = [ACCEPTED, Refused(answer="no"), NotSent(), Ambiguous()]
    taken = sorted(claimed(), key=lambda one: one.message_id)
    batch = [Delivered(one, result, 5) for one, result in zip(taken, results, strict=True)]

    with transaction.atomic():
        record(batch, timezone.now(), random.Random(1))

    assert list(Message.objects.order_by("id").values_list("status", flat=True)) == [
        MessageStatus.ACCEPTED,
        MessageStatus.REFUSED,
        MessageStatus.QUEUED,
        MessageStatus.UNCONFIRMED,
    ]


def test_a_late_refusal_of_an_old_token_does_not_stop_who_has_a_new_one(one: ClaimedMessage) -> None:
    integration = Integration.objects.get()
    integration.replace_token("tok-another-one-9876", by=None, now=timezone.now())

    recorded(one, NotSent(http_status=401, stops="The token is bad."))

    integration.refresh_from_db()
    assert integration.is_active
    assert Message.objects.get().status == MessageStatus.QUEUED
