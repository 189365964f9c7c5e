"""What the webhook told of a message, on its page: every event, when, in whose words, and what it means."""

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
from tests.tracking.events import a_sent_message, a_status, arrived, taken_in

pytestmark = pytest.mark.django_db
FAILED = {"channelErrorCode": "131026", "reason": "Message undeliverable", "details": "<b>x</b>"}


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message"))
    return client


def shown(client: Client, message: Message) -> str:
    address = reverse("admin:outbound_message_change", args=[message.pk])
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def told(word: str, message: Message, **values: Any) -> dict[str, Any]:
    """A status of just now."""
    body = a_status(word, message.external_id, **values)
    body["messageStatus"]["timestamp"] = (timezone.now() - timedelta(seconds=3)).isoformat()
    return body


def timeline(page: str) -> list[str]:
    return [part.split("</p>")[0] for part in page.split('oc-timeline__what">')[1:]]


def test_events_stand_among_the_attempts_in_the_order_of_their_times(ana: Client) -> None:
    message = a_sent_message()
    read, sent = told("READ", message), told("SENT", message)
    sent["messageStatus"]["timestamp"] = (timezone.now() - timedelta(seconds=9)).isoformat()
    message.attempts.update(opened_at=timezone.now() - timedelta(seconds=30))

    taken_in(message.integration, read, sent)

    assert timeline(shown(ana, message))[2:] == [
        "Attempt 1: Accepted",
        "Zenvia reported: Sent",
        "Zenvia reported: Read",
    ]


def test_an_event_says_its_own_word_and_when_it_came(ana: Client) -> None:
    message = a_sent_message()

    (event,) = taken_in(message.integration, told("VERIFIED", message))

    page = shown(ana, message)
    assert "Zenvia reported: Delivered" in page
    assert "in its own word “verified”" in page
    assert f"came at {timezone.localtime(event.received_at):%H:%M:%S}" in page


def test_a_failure_says_what_it_means_with_whatsapps_code_and_its_own_words_beside(ana: Client) -> None:
    message = a_sent_message()

    taken_in(message.integration, told("NOT_DELIVERED", message, cause=FAILED))

    page = shown(ana, message)
    assert "The number cannot be reached on WhatsApp (code 131026)" in page
    assert "Message undeliverable" in page
    assert "Check the number" in page.split("What to do next")[1]
    assert "<b>x</b>" not in page


def test_a_time_that_cannot_be_right_is_marked_and_orders_nothing(ana: Client) -> None:
    message = a_sent_message()
    odd = a_status("DELIVERED", message.external_id)
    odd["messageStatus"]["timestamp"] = "2020-01-01T12:00:00Z"

    taken_in(message.integration, odd)

    page = shown(ana, message)
    assert "its own time, 1 Jan 2020 09:00 -03, cannot be right" in page
    assert timeline(page)[-1] == "Zenvia reported: Delivered"


def test_an_event_never_stands_before_the_call_that_it_speaks_of(ana: Client) -> None:
    message = a_sent_message()
    early = told("SENT", message)
    early["messageStatus"]["timestamp"] = (timezone.now() - timedelta(minutes=1)).isoformat()

    taken_in(message.integration, early)

    assert timeline(shown(ana, message))[-2:] == ["Attempt 1: Accepted", "Zenvia reported: Sent"]


def test_copies_are_told_by_their_number(ana: Client) -> None:
    message = a_sent_message()
    event = told("DELIVERED", message)

    taken_in(message.integration, event, event, event | {"more": "bytes"})

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
def test_a_word_of_its_own_says_what_is_known_of_it(ana: Client, meaning: str | None, said: str) -> None:
    message = a_sent_message()
    if meaning is not None:
        StatusWord.objects.create(word="shown", meaning=meaning, taught_at=timezone.now())

    taken_in(message.integration, told("SHOWN", message))

    assert said in shown(ana, message)


def test_an_event_that_is_not_applied_yet_says_so(ana: Client) -> None:
    message = a_sent_message()
    arrived(message.integration, told("READ", message))
    WebhookEvent.objects.update(message=message, word="read", state=EventState.WAITING)

    assert "it takes effect in a moment" in shown(ana, message)


def test_a_failure_after_the_delivery_is_flagged_and_says_what_to_do(ana: Client) -> None:
    message = a_sent_message()

    taken_in(message.integration, told("DELIVERED", message), told("NOT_DELIVERED", message, cause=FAILED))

    page = shown(ana, message)
    assert "Delivered, although a failure was reported too." in page
    assert "The number cannot be reached on WhatsApp." in page.split("What to do next")[1]


def test_a_delivery_without_a_failure_is_not_flagged(ana: Client) -> None:
    message = a_sent_message()

    taken_in(message.integration, told("DELIVERED", message))

    page = shown(ana, message)
    assert "although a failure" not in page
    assert "It reached the person" in page.split("What to do next")[1]


@pytest.mark.parametrize(
    ("word", "said"),
    [("DELIVERED", "The person probably got it twice."), ("NOT_DELIVERED", "It was sent again as a new")],
)
def test_evidence_about_what_was_sent_again_is_told_as_what_it_means(
    ana: Client, word: str, said: str
) -> None:
    old = a_sent_message(
        MessageStatus.ASSUMED_NOT_SENT, settled_at=timezone.now() - timedelta(minutes=1), settled_reason="No."
    )
    a_message(resend_of=old)

    taken_in(old.integration, told(word, old))

    page = shown(ana, old)
    assert said in page
    assert "Zenvia told of it after all, and that counts" in page


def test_many_events_ask_no_more_than_few(ana: Client) -> None:
    message = a_sent_message()
    taken_in(message.integration, told("SENT", message))
    with CaptureQueriesContext(connection) as few:
        shown(ana, message)
    taken_in(message.integration, *[told(word, message) for word in ("READ", "SHOWN", "DELIVERED", "ERROR")])

    with CaptureQueriesContext(connection) as many:
        shown(ana, message)

    assert len(many) == len(few) <= 10
