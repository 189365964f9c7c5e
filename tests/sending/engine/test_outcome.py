"""What a result makes of a message, without a database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Outgoing, Refused, Throttled
from outbound.lifecycle import MOVES, AttemptOutcome, MessageStatus, Reason
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.outcome import Outcome, decide
from outbound.sending.limits.backoff import FIRST_WAIT, MAX_TRIES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCEPTED = Accepted("pending", "218", "874", 200, "{}")


def decided(result: Accepted | GatewayError, *, failed_tries: int = 0) -> Outcome:
    outgoing = Outgoing("http://127.0.0.1/", "tok-CANARY", "{}", "c-1")
    claimed = ClaimedMessage(1, 1, failed_tries, "ticket", 1, outgoing)
    return decide(Delivered(claimed, result, 7), NOW, random.Random(1))


def test_an_acceptance_keeps_the_gateways_ids_and_words() -> None:
    judged = decided(ACCEPTED, failed_tries=3)

    assert judged == Outcome(
        outcome=AttemptOutcome.ACCEPTED,
        status=MessageStatus.ACCEPTED,
        failed_tries=3,
        due_at=NOW,
        http_status=200,
        answer="{}",
        gateway_status="pending",
        gateway_message_id="218",
        gateway_contact_id="874",
    )


@pytest.mark.parametrize(
    ("result", "outcome", "status", "reason", "counted"),
    [
        (Refused(), AttemptOutcome.REFUSED, MessageStatus.REFUSED, Reason.REJECTED, 0),
        (Ambiguous(), AttemptOutcome.AMBIGUOUS, MessageStatus.UNCONFIRMED, Reason.NO_CLEAR_ANSWER, 0),
        (
            Ambiguous(stops="Ask"),
            AttemptOutcome.AMBIGUOUS,
            MessageStatus.UNCONFIRMED,
            Reason.NO_CLEAR_ANSWER,
            0,
        ),
        (NotSent(), AttemptOutcome.NOT_SENT, MessageStatus.QUEUED, Reason.CONNECTION, 1),
        (
            NotSent(stops="Token"),
            AttemptOutcome.NOT_SENT,
            MessageStatus.QUEUED,
            Reason.INTEGRATION_STOPPED,
            0,
        ),
        (Throttled(), AttemptOutcome.NOT_SENT, MessageStatus.QUEUED, Reason.BUSY, 0),
    ],
)
def test_each_error_has_its_outcome_status_and_reason(
    result: GatewayError,
    outcome: AttemptOutcome,
    status: MessageStatus,
    reason: Reason,
    counted: int,
) -> None:
    judged = decided(result, failed_tries=2)

    assert (judged.outcome, judged.status, judged.reason) == (outcome, status, reason)
    assert judged.failed_tries == 2 + counted


@pytest.mark.parametrize(
    "result", [ACCEPTED, Refused(), Ambiguous(), NotSent(), NotSent(stops="x"), Throttled()]
)
@pytest.mark.parametrize("failed_tries", [0, MAX_TRIES - 1])
def test_every_outcome_is_an_allowed_move(result: Accepted | GatewayError, failed_tries: int) -> None:
    assert decided(result, failed_tries=failed_tries).status in MOVES[MessageStatus.SENDING]


def test_only_what_is_known_not_to_be_sent_goes_back_to_the_queue() -> None:
    results = [ACCEPTED, Refused(), Ambiguous(), Ambiguous(http_status=500), Ambiguous(stops="x")]

    assert MessageStatus.QUEUED not in {decided(result).status for result in results}


def test_a_failed_try_waits_below_the_ceiling() -> None:
    assert NOW <= decided(NotSent()).due_at <= NOW + FIRST_WAIT


def test_the_last_failed_try_gives_up_without_saying_that_it_may_have_left() -> None:
    judged = decided(NotSent(), failed_tries=MAX_TRIES - 1)

    assert (judged.outcome, judged.status, judged.reason) == (
        AttemptOutcome.NOT_SENT,
        MessageStatus.REFUSED,
        Reason.RETRIES_EXHAUSTED,
    )


def test_a_throttle_waits_as_long_as_it_was_told() -> None:
    assert decided(Throttled(wait=timedelta(seconds=90))).due_at == NOW + timedelta(seconds=90)


def test_what_was_taken_back_before_it_began_waits_for_its_turn_alone() -> None:
    taken_back = decided(NotSent(counts=False), failed_tries=MAX_TRIES - 1)

    assert (taken_back.status, taken_back.reason) == (MessageStatus.QUEUED, Reason.TAKEN_BACK)
    assert (taken_back.due_at, taken_back.failed_tries) == (NOW, MAX_TRIES - 1)


def test_an_answer_may_allow_fewer_tries() -> None:
    assert decided(NotSent(most_tries=3), failed_tries=1).status == MessageStatus.QUEUED
    assert decided(NotSent(most_tries=3), failed_tries=2).reason == Reason.RETRIES_EXHAUSTED


def test_a_throttle_never_runs_out_of_tries() -> None:
    assert decided(Throttled(), failed_tries=MAX_TRIES + 5).status == MessageStatus.QUEUED


def test_outcome_carries_the_response() -> None:
    judged = decided(Refused(http_status=422, answer="no such template"))

    assert (judged.http_status, judged.answer) == (422, "no such template")
