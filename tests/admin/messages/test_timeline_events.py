"""Webhook events in the timeline of a message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outbound.lifecycle import EventState, MessageStatus
from outbound.models import Message, StatusWord, WebhookEvent
from tests.builders import a_message, an_operator
from tests.tracking.events import a_sent_message, a_status, arrived, processed

pytestmark = pytest.mark.django_db
FAILED = {"channelErrorCode": "131026", "reason": "Message undeliverable", "details": "<b>x</b>"}


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message"))
    return client


def shown(client: Client, message: Message) -> str:
    address = reverse("admin:outbound_message_change", args=[message.pk])
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def event_body(word: str, message: Message, **values: Any) -> dict[str, Any]:
    """A status of just now."""
    body = a_status(word, message.external_id, **values)
    body["messageStatus"]["timestamp"] = (timezone.now() - timedelta(seconds=3)).isoformat()
    return body


def timeline(page: str) -> list[str]:
    return [part.split("</p>")[0] for part in page.split('oc-timeline__what">')[1:]]


def test_events_and_attempts_are_sorted_by_time(ana: Client) -> None:
    message = a_sent_message()
    read, sent = event_body("READ", message), event_body("SENT", message)
    sent["messageStatus"]["timestamp"] = (timezone.now() - timedelta(seconds=9)).isoformat()
    message.attempts.update(opened_at=timezone.now() - timedelta(seconds=30))

    processed(message.integration, read, sent)

    assert timeline(shown(ana, message))[2:] == [
        "Attempt 1: Accepted",
        "Zenvia reported: Sent",
        "Zenvia reported: Read",
    ]


def test_event_shows_its_word_and_receipt_time(ana: Client) -> None:
    message = a_sent_message()

    (event,) = processed(message.integration, event_body("VERIFIED", message))

    page = shown(ana, message)
    assert "Zenvia reported: Delivered" in page
    assert "in its own word “verified”" in page
    assert f"came at {timezone.localtime(event.received_at):%H:%M:%S}" in page


def test_failure_shows_meaning_code_and_text(ana: Client) -> None:
    message = a_sent_message()

    processed(message.integration, event_body("NOT_DELIVERED", message, cause=FAILED))

    page = shown(ana, message)
    assert "The number cannot be reached on WhatsApp (code 131026)" in page
    assert "Message undeliverable" in page
    assert "Check the number" in page.split("What to do next")[1]
    assert "<b>x</b>" not in page


def test_implausible_time_is_marked_and_not_used_for_sorting(ana: Client) -> None:
    message = a_sent_message()
    odd = a_status("DELIVERED", message.external_id)
    odd["messageStatus"]["timestamp"] = "2020-01-01T12:00:00Z"

    processed(message.integration, odd)

    page = shown(ana, message)
    assert "its own time, 1 Jan 2020 09:00 -03, cannot be right" in page
    assert timeline(page)[-1] == "Zenvia reported: Delivered"


def test_event_is_never_sorted_before_its_attempt(ana: Client) -> None:
    message = a_sent_message()
    early = event_body("SENT", message)
    early["messageStatus"]["timestamp"] = (timezone.now() - timedelta(minutes=1)).isoformat()

    processed(message.integration, early)

    assert timeline(shown(ana, message))[-2:] == ["Attempt 1: Accepted", "Zenvia reported: Sent"]


def test_copies_are_counted(ana: Client) -> None:
    message = a_sent_message()
    event = event_body("DELIVERED", message)

    processed(message.integration, event, event, event | {"more": "bytes"})

    page = shown(ana, message)
    assert "came 3 times" in page
    assert page.count("Zenvia reported") == 1


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        (None, "nobody has said yet what this word means"),
        ("", "it changes nothing"),
        ("delivered", "Zenvia reported: Delivered"),
    ],
)
def test_undocumented_word_shows_its_taught_meaning(ana: Client, meaning: str | None, said: str) -> None:
    message = a_sent_message()
    if meaning is not None:
        StatusWord.objects.create(word="shown", meaning=meaning, taught_at=timezone.now())

    processed(message.integration, event_body("SHOWN", message))

    assert said in shown(ana, message)


def test_event_not_applied_yet_says_so(ana: Client) -> None:
    message = a_sent_message()
    arrived(message.integration, event_body("READ", message))
    WebhookEvent.objects.update(message=message, word="read", state=EventState.WAITING)

    assert "it takes effect in a moment" in shown(ana, message)


def test_failure_after_delivery_is_flagged_with_advice(ana: Client) -> None:
    message = a_sent_message()

    processed(
        message.integration,
        event_body("DELIVERED", message),
        event_body("NOT_DELIVERED", message, cause=FAILED),
    )

    page = shown(ana, message)
    assert "Delivered, although a failure was reported too." in page
    assert "The number cannot be reached on WhatsApp." in page.split("What to do next")[1]


def test_delivery_without_failure_is_not_flagged(ana: Client) -> None:
    message = a_sent_message()

    processed(message.integration, event_body("DELIVERED", message))

    page = shown(ana, message)
    assert "although a failure" not in page
    assert "It reached the person" in page.split("What to do next")[1]


@pytest.mark.parametrize(
    ("word", "said"),
    [("DELIVERED", "The person probably got it twice."), ("NOT_DELIVERED", "It was sent again as a new")],
)
def test_evidence_after_resend_shows_its_consequence(ana: Client, word: str, said: str) -> None:
    old = a_sent_message(
        MessageStatus.ASSUMED_NOT_SENT, settled_at=timezone.now() - timedelta(minutes=1), settled_reason="No."
    )
    a_message(resend_of=old)

    processed(old.integration, event_body(word, old))

    page = shown(ana, old)
    assert said in page
    assert "Zenvia told of it after all, and that counts" in page


def test_query_count_does_not_grow_with_events(ana: Client) -> None:
    message = a_sent_message()
    processed(message.integration, event_body("SENT", message))
    with CaptureQueriesContext(connection) as few:
        shown(ana, message)
    processed(
        message.integration, *[event_body(word, message) for word in ("READ", "SHOWN", "DELIVERED", "ERROR")]
    )

    with CaptureQueriesContext(connection) as many:
        shown(ana, message)

    assert len(many) == len(few) <= 10
