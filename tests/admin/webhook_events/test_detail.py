"""The page of an event shows it and explains its state."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from outbound.lifecycle import MessageStatus
from outbound.models import WebhookEvent
from tests.builders import an_integration, an_operator
from tests.tracking.events import a_sent_message, a_status, processed, status_of

pytestmark = pytest.mark.django_db

INBOX = "/admin/outbound/webhookevent/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_webhookevent", "outbound.teach_statusword"))
    client.cookies["django_language"] = "en"
    return client


def page_of(client: Client, event: WebhookEvent) -> str:
    return client.get(f"{INBOX}{event.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{broken", "It is not JSON."),
        (b'{"status": "sent", "external_id": "nobody"}', "tried again for a day"),
        (b'{"type": "VOICE", "id": "v"}', "changes nothing here"),
        (b'{"type": "MESSAGE", "message": {"from": "what"}}', "The number that it names cannot be read."),
    ],
)
def test_page_explains_the_state(reader: Client, body: bytes, words: str) -> None:
    (event,) = processed(an_integration(), body)

    assert words in page_of(reader, event)


def test_body_is_shown_as_text(reader: Client) -> None:
    (event,) = processed(an_integration(), b"<script>alert(1)</script>\xff\x00")

    found = page_of(reader, event)

    assert "&lt;script&gt;alert(1)" in found
    assert "<script>alert(1)" not in found


@pytest.mark.parametrize(
    "body",
    [
        rb'{"status": "sent", "external_id": "\ud800"}',
        b'{"status": "sent", "status": "read", "external_id": "a"}',
        b'{"status": "sent", "external_id": "a", "size": 1e400}',
        b"[" * 60_000,
        b"[" * 400 + b"1, " * 20_000 + b"1" + b"]" * 400,
    ],
)
def test_body_that_is_not_json_is_shown_unchanged(reader: Client, body: bytes) -> None:
    (event,) = processed(an_integration(), body)

    assert escape(body.decode()) in page_of(reader, event)


def test_event_with_an_odd_time_says_so_and_is_applied(reader: Client) -> None:
    message = a_sent_message()
    odd = a_status("READ", message.external_id)
    odd["messageStatus"]["timestamp"] = "2031-01-01T00:00:00Z"
    (event,) = processed(message.integration, odd)

    assert status_of(message) == MessageStatus.READ
    assert "The time that it states is far off" in page_of(reader, event)


def test_event_with_an_odd_time_waits_for_its_message(reader: Client) -> None:
    odd = a_status("READ", "not-yet")
    odd["messageStatus"]["timestamp"] = "2031-01-01T00:00:00Z"

    (event,) = processed(an_integration(), odd)

    assert event.state == "waiting"


def test_page_explains_a_failure(reader: Client) -> None:
    message = a_sent_message()
    cause = {"channelErrorCode": "131026", "reason": "Undeliverable"}
    (event,) = processed(message.integration, a_status("NOT_DELIVERED", message.external_id, cause=cause))

    assert "The number cannot be reached on WhatsApp" in page_of(reader, event)


def test_array_links_to_its_parts_and_back(reader: Client) -> None:
    whole, first, _second = processed(an_integration(), [a_status("SENT", "a"), a_status("SENT", "b")])

    assert f"{INBOX}{first.pk}/change/" in page_of(reader, whole)
    assert f"{INBOX}{whole.pk}/change/" in page_of(reader, first)


def test_page_makes_few_queries(reader: Client, django_assert_max_num_queries: Any) -> None:
    whole, *_parts = processed(an_integration(), [a_status("SENT", f"x{number}") for number in range(30)])

    with django_assert_max_num_queries(10):
        page_of(reader, whole)
