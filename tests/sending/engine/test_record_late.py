"""Record: an answer that comes after an event of the webhook has said more than it can."""

from __future__ import annotations

import pytest

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Refused
from outbound.lifecycle import AttemptOutcome, MessageStatus
from outbound.models import Attempt, Message
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.recover import reap
from tests.sending.steps import ACCEPTED, a_launched, claimed, later, recorded
from tests.tracking.events import a_status, processed

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> ClaimedMessage:
    """A message under way of which an event says already that it was delivered."""
    a_launched()
    (one,) = claimed()
    message = Message.objects.get()
    processed(message.integration, a_status("DELIVERED", message.external_id))
    return one


def test_the_answer_adds_the_gateways_ids_and_takes_nothing_back(one: ClaimedMessage) -> None:
    message = recorded(one, ACCEPTED)

    assert (message.status, message.gateway_message_id, message.gateway_contact_id) == (
        MessageStatus.DELIVERED,
        "77",
        "88",
    )
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.http_status, attempt.latency_ms) == (AttemptOutcome.ACCEPTED, 200, 12)


@pytest.mark.parametrize("result", [Ambiguous(), Refused(http_status=400), NotSent(), NotSent(stops="why")])
def test_no_other_answer_says_more_than_the_evidence(
    one: ClaimedMessage, result: Accepted | GatewayError
) -> None:
    message = recorded(one, result)

    assert message.status == MessageStatus.DELIVERED
    assert Attempt.objects.get().outcome == AttemptOutcome.ACCEPTED


def test_a_second_answer_changes_nothing(one: ClaimedMessage) -> None:
    recorded(one, ACCEPTED)
    before = Message.objects.values().get()

    recorded(one, Accepted(status="x", message_id="1", contact_id="2", http_status=200, answer=""))

    assert Message.objects.values().get() == before


def test_a_lost_sender_leaves_no_doubt_about_what_evidence_has_settled(one: ClaimedMessage) -> None:
    assert reap(later(hours=1)) == 0
    assert Message.objects.get().status == MessageStatus.DELIVERED


def test_what_was_delivered_is_not_claimed_again(one: ClaimedMessage) -> None:
    recorded(one, NotSent())

    assert claimed(now=later(hours=1)) == []
