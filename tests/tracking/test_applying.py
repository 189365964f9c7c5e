"""An event raises the status of its message, whatever the console believed before."""

from __future__ import annotations

import pytest

from outbound.lifecycle import AttemptOutcome, IntegrationStatus, MessageStatus, Reason
from outbound.models import Attempt, Message
from outbound.tracking.effects import BREACH
from tests.tracking.events import a_sent_message, a_status, arrived, process_all, processed, status_of

pytestmark = pytest.mark.django_db

S = MessageStatus
UNREACHABLE = {"channelErrorCode": "131026", "reason": "Message undeliverable"}


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        (S.ACCEPTED, "SENT", S.SENT),
        (S.ACCEPTED, "DELIVERED", S.DELIVERED),
        (S.SENT, "READ", S.READ),
        (S.READ, "SENT", S.READ),
        (S.DELIVERED, "SENT", S.DELIVERED),
        (S.SENT, "NOT_DELIVERED", S.UNDELIVERED),
        (S.UNDELIVERED, "DELIVERED", S.DELIVERED),
        (S.UNDELIVERED, "SENT", S.UNDELIVERED),
        (S.DELIVERED, "NOT_DELIVERED", S.DELIVERED),
        (S.SENDING, "DELIVERED", S.DELIVERED),
        (S.UNCONFIRMED, "SENT", S.SENT),
        (S.ASSUMED_SENT, "READ", S.READ),
        (S.ASSUMED_NOT_SENT, "DELIVERED", S.DELIVERED),
        (S.ACCEPTED, "CLICKED", S.READ),
        (S.ACCEPTED, "VERIFIED", S.DELIVERED),
        (S.SENT, "DELETED", S.SENT),
        (S.SENT, "QUEUED", S.SENT),
    ],
)
def test_status_only_rises(before: S, word: str, after: S) -> None:
    message = a_sent_message(before)

    processed(message.integration, a_status(word, message.external_id))

    assert status_of(message) == after


@pytest.mark.parametrize("before", [S.SENDING, S.UNCONFIRMED, S.ASSUMED_NOT_SENT])
def test_event_closes_an_open_attempt_as_accepted(before: S) -> None:
    message = a_sent_message(before)

    processed(message.integration, a_status("SENT", message.external_id))

    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.closed_at is not None) == (AttemptOutcome.ACCEPTED, True)


def test_failure_is_stored_with_code_and_text() -> None:
    message = a_sent_message()

    processed(message.integration, a_status("NOT_DELIVERED", message.external_id, cause=UNREACHABLE))

    message.refresh_from_db()
    assert (message.status, message.reason) == (S.UNDELIVERED, Reason.NOT_DELIVERED)
    assert (message.failure_code, message.failure_text) == ("131026", "Message undeliverable")


def test_failure_after_delivery_leaves_the_status() -> None:
    message = a_sent_message(S.DELIVERED)

    processed(message.integration, a_status("NOT_DELIVERED", message.external_id, cause=UNREACHABLE))

    message.refresh_from_db()
    assert (message.status, message.reason, message.failure_code) == (S.DELIVERED, "", "131026")


def test_delivery_after_a_failure_keeps_the_failure() -> None:
    message = a_sent_message()

    processed(
        message.integration,
        a_status("NOT_DELIVERED", message.external_id, cause=UNREACHABLE),
        a_status("DELIVERED", message.external_id),
    )

    message.refresh_from_db()
    assert (message.status, message.reason, message.failure_code) == (S.DELIVERED, "", "131026")


@pytest.mark.parametrize("before", [S.QUEUED, S.CANCELLED, S.REFUSED])
def test_message_believed_unsent_that_went_out_stops_its_integration(before: S) -> None:
    message = a_sent_message(before)

    processed(message.integration, a_status("SENT", message.external_id))

    assert status_of(message) == S.SENT
    message.integration.refresh_from_db()
    assert (message.integration.status, message.integration.status_reason) == (
        IntegrationStatus.STOPPED,
        BREACH,
    )


def test_undelivered_refused_message_stops_nothing() -> None:
    message = a_sent_message(S.REFUSED)

    processed(message.integration, a_status("REJECTED", message.external_id))

    message.integration.refresh_from_db()
    assert message.integration.status == IntegrationStatus.ACTIVE


def test_only_one_attempt_of_a_message_is_accepted() -> None:
    message = a_sent_message(S.SENDING, attempt_count=2)
    Attempt.objects.update(outcome=AttemptOutcome.NOT_SENT)
    second = Attempt.objects.create(
        message=message, number=2, external_id="second", opened_at=message.created_at
    )

    processed(
        message.integration, a_status("SENT", message.external_id), a_status("READ", second.external_id)
    )

    assert status_of(message) == S.READ
    outcomes = list(Attempt.objects.order_by("number").values_list("outcome", flat=True))
    assert outcomes == [AttemptOutcome.NOT_SENT, AttemptOutcome.ACCEPTED]


def test_event_of_another_integration_changes_nothing() -> None:
    message, other = a_sent_message(), a_sent_message()

    (event,) = processed(other.integration, a_status("READ", message.external_id))

    assert status_of(message) == S.ACCEPTED
    assert (event.state, event.note, event.message_id) == ("orphan", "cross_integration", None)


def test_query_count_does_not_grow_with_the_batch(
    django_assert_max_num_queries,  # noqa: ANN001
) -> None:
    messages = [a_sent_message() for _number in range(20)]
    integration = messages[0].integration
    Message.objects.update(integration=integration)

    for message in messages:
        arrived(integration, a_status("SENT", message.external_id))

    with django_assert_max_num_queries(25):
        process_all()
