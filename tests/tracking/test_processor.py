"""Events are processed: copies, arrays, unknown words, and messages that are missing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError
from django.utils import timezone

from outbound.lifecycle import EventState, MessageStatus
from outbound.models import Attempt, Integration, Message, SummaryDay, WebhookEvent
from outbound.tracking import processor
from outbound.tracking.matching import RETRY_DELAYS
from outbound.tracking.processor import MAX_FAILURES, process_due
from tests.builders import an_integration
from tests.tracking.events import a_sent_message, a_status, an_answer, arrived, processed, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    return a_sent_message()


def states() -> list[str]:
    return list(WebhookEvent.objects.order_by("id").values_list("state", flat=True))


def test_exact_copy_is_counted_and_makes_no_event(message: Message) -> None:
    body = a_status("SENT", message.external_id)

    (event,) = processed(message.integration, body, body, body)

    assert (event.state, event.copies) == (EventState.APPLIED, 2)


def test_copy_with_other_bytes_changes_nothing(message: Message) -> None:
    body = a_status("SENT", message.external_id)

    processed(message.integration, body, body | {"retry": 2})

    assert states() == [EventState.APPLIED, EventState.COPY]
    assert status_of(message) == MessageStatus.SENT


def test_other_status_under_a_known_id_is_no_copy(message: Message) -> None:
    body = a_status("SENT", message.external_id)

    processed(message.integration, body, body | {"messageStatus": {"code": "READ"}})

    assert states() == [EventState.APPLIED, EventState.APPLIED]
    assert status_of(message) == MessageStatus.READ


def test_same_body_to_two_integrations_is_two_events(message: Message) -> None:
    body, other = a_status("SENT", message.external_id), an_integration()
    arrived(message.integration, body)

    arrived(other, body)

    assert WebhookEvent.objects.count() == 2


def test_each_event_of_an_array_is_stored(message: Message) -> None:
    words = ("SENT", "DELIVERED")

    events = processed(message.integration, [a_status(word, message.external_id) for word in words])

    assert [(event.kind, event.state) for event in events] == [
        ("several", "applied"),
        ("status", "applied"),
        ("status", "applied"),
    ]
    assert {event.part_of_id for event in events[1:]} == {events[0].pk}
    assert status_of(message) == MessageStatus.DELIVERED


def test_invalid_element_of_an_array_hides_no_other(message: Message) -> None:
    events = processed(message.integration, [5, a_status("READ", message.external_id)])

    assert sorted(event.state for event in events[1:]) == ["applied", "unreadable"]
    assert status_of(message) == MessageStatus.READ


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"null", "not an object"),
        (b"[]", "an empty array"),
        (b'"x"', "not an object"),
        (b"[1, 2]", "not an object"),
        (b"[" * 60_000, "nested too deeply"),
        (b'{"status": NaN}', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"status": "sent"}', "it names no message"),
        (b'{"hello": 1}', "it tells no status"),
        (json.dumps([{}] * 501).encode(), "more than 500 events at once"),
    ],
)
def test_unreadable_event_is_kept_and_says_why(message: Message, body: bytes, why: str) -> None:
    (event,) = processed(message.integration, body)

    assert (event.state, event.note, bytes(event.body)) == (EventState.UNREADABLE, why, body)


def test_odd_characters_do_not_lose_other_events(message: Message) -> None:
    odd = {"status": "sent\u0000", "external_id": "\ud800" + "x" * 10_000}

    processed(message.integration, odd, a_status("READ", message.external_id))

    assert status_of(message) == MessageStatus.READ


def test_event_before_its_message_waits() -> None:
    integration = an_integration()
    processed(integration, a_status("DELIVERED", "early"))
    message = a_sent_message(MessageStatus.SENDING, integration=integration, external_id="early")

    process_due(timezone.now() + RETRY_DELAYS[0] + timedelta(seconds=1))

    assert status_of(message) == MessageStatus.DELIVERED


def test_event_without_a_message_is_an_orphan_after_all_retries() -> None:
    now = timezone.now()
    arrived(an_integration(), a_status("SENT", "nobody"), now)
    seen: list[tuple[str, timedelta]] = []

    while event := WebhookEvent.objects.filter(due_at__isnull=False).first():
        seen.append((event.state, event.due_at - now))
        now = event.due_at
        process_due(now)

    assert [wait for _state, wait in seen[1:]] == RETRY_DELAYS
    assert states() == [EventState.ORPHAN]


def test_unknown_word_is_kept_and_changes_nothing(message: Message) -> None:
    (event,) = processed(message.integration, a_status("WOBBLED", message.external_id))

    assert (event.state, event.word, event.message_id) == (EventState.UNKNOWN, "wobbled", message.pk)
    assert status_of(message) == MessageStatus.ACCEPTED


def test_event_without_our_id_is_matched_by_the_gateways(message: Message) -> None:
    processed(message.integration, {"status": "read", "message_id": int(message.gateway_message_id)})

    assert status_of(message) == MessageStatus.READ


def test_gateway_id_of_two_messages_matches_neither(message: Message) -> None:
    a_sent_message(integration=message.integration, gateway_message_id=message.gateway_message_id)

    (event,) = processed(
        message.integration, {"status": "read", "message_id": int(message.gateway_message_id)}
    )

    assert (event.state, event.note) == (EventState.ORPHAN, "several_messages")


def test_channel_id_is_learned_from_an_event_with_both_ids(message: Message) -> None:
    both = a_status("SENT", message.external_id)
    both["message"]["id"] = "zenvia-1"
    only = a_status("READ", None, message={"id": "zenvia-1"})

    processed(message.integration, both, only)

    assert status_of(message) == MessageStatus.READ


def test_id_of_an_event_is_not_the_id_of_a_message(message: Message) -> None:
    body = {"id": message.gateway_message_id, "type": "MESSAGE_STATUS", "messageStatus": {"code": "READ"}}

    (event,) = processed(message.integration, body)

    assert event.state == EventState.UNREADABLE
    assert status_of(message) == MessageStatus.ACCEPTED


def test_unrelated_event_changes_nothing(message: Message) -> None:
    call = {"id": "c", "type": "VOICE", "channel": "whatsapp"}
    sms = a_status("READ", message.external_id, channel="sms")

    processed(message.integration, call, sms)

    assert states() == [EventState.IDLE, EventState.IDLE]
    assert status_of(message) == MessageStatus.ACCEPTED


def test_event_sets_last_event_of_its_integration(message: Message) -> None:
    at = timezone.now()
    arrived(message.integration, an_answer(message.phone, "oi"), at)

    process_due(at)

    assert Integration.objects.get(pk=message.integration_id).last_event_at == at


def test_event_about_an_earlier_day_marks_it_stale() -> None:
    then = timezone.now() - timedelta(days=3)
    message = a_sent_message(created_at=then)

    processed(message.integration, a_status("READ", message.external_id))

    assert list(SummaryDay.objects.values_list("day", "is_stale")) == [(timezone.localdate(then), True)]


@pytest.mark.parametrize("fault", [ZeroDivisionError, DataError, IntegrityError])
def test_failing_event_delays_no_other_and_is_set_aside(
    message: Message, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    real = processor.apply_inbound

    def failing(readings: Any, now: Any) -> None:
        if any(one.event.text == "crash" for one in readings):
            raise fault
        real(readings, now)

    monkeypatch.setattr(processor, "apply_inbound", failing)
    now = timezone.now()
    arrived(message.integration, an_answer(message.phone, "crash"), now)
    arrived(message.integration, a_status("READ", message.external_id), now)

    for number in range(MAX_FAILURES):
        process_due(now + number * timedelta(minutes=1))

    assert states() == [EventState.FAILED, EventState.APPLIED]
    assert status_of(message) == MessageStatus.READ


def test_status_before_the_response_accepts_the_attempt() -> None:
    message = a_sent_message(MessageStatus.SENDING, gateway_message_id="")

    processed(message.integration, a_status("DELIVERED", message.external_id))

    assert status_of(message) == MessageStatus.DELIVERED
    assert Attempt.objects.get().outcome == "accepted"
