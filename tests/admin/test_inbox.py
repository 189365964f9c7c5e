"""The inbox: what came in, what became of it, and the words that nobody knows yet."""

from __future__ import annotations

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from outbound.lifecycle import MessageStatus
from outbound.models import Message, StatusWord, WebhookEvent
from tests.builders import an_integration, an_operator
from tests.tracking.events import a_sent_message, a_status, an_answer, status_of, taken_in

pytestmark = pytest.mark.django_db

INBOX = "/admin/outbound/webhookevent/"
LOOK = "outbound.view_webhookevent"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(an_operator(LOOK, "outbound.teach_statusword", username="ana"))
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def page_of(client: Client, event: WebhookEvent) -> str:
    return page(client, f"{INBOX}{event.pk}/change/")


def test_the_list_says_what_came_and_what_became_of_it(reader: Client) -> None:
    message = a_sent_message()
    taken_in(message.integration, a_status("DELIVERED", message.external_id), b"<html>")

    found = page(reader, INBOX)

    assert "delivered" in found
    assert "Applied" in found
    assert "Unreadable" in found
    assert f"/admin/outbound/message/{message.pk}/change/" in found


def test_an_empty_inbox_says_how_to_fill_it(reader: Client) -> None:
    assert "No event has come in yet." in page(reader, INBOX)


@pytest.mark.parametrize("query", ["state__exact=unreadable", "q=nothing-like-it"])
def test_a_filter_that_finds_nothing_is_no_empty_inbox(reader: Client, query: str) -> None:
    message = a_sent_message()
    taken_in(message.integration, a_status("SENT", message.external_id))

    assert "No event has come in yet." not in page(reader, f"{INBOX}?{query}")


@pytest.mark.parametrize(
    "text", ["ours-x", "zenvia-x", "event-x", "wobbled", "WOBBLED", "+55 11 98888-7777", "1188887777"]
)
def test_an_event_is_found_by_whatever_it_names(reader: Client, text: str) -> None:
    integration = an_integration()
    status = a_status("WOBBLED", "ours-x", id="event-x")
    status["message"]["id"] = "zenvia-x"
    events = taken_in(integration, status, an_answer("5511988887777", "oi"), a_status("SENT", "another"))
    wanted = events[1 if text[-1].isdecimal() else 0]

    found = reader.get(f"{INBOX}?q={text.replace('+', '%2B')}").context["cl"].result_list

    assert [one.pk for one in found] == [wanted.pk]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{broken", "It is not JSON."),
        (b'{"status": "sent", "external_id": "nobody"}', "tried again for a day"),
        (b'{"type": "VOICE", "id": "v"}', "changes nothing here"),
        (b'{"type": "MESSAGE", "message": {"from": "what"}}', "The number that it names cannot be read."),
    ],
)
def test_the_page_of_an_event_says_what_became_of_it_in_words(
    reader: Client, body: bytes, words: str
) -> None:
    (event,) = taken_in(an_integration(), body)

    assert words in page_of(reader, event)


def test_a_body_is_shown_as_text_and_never_as_a_page(reader: Client) -> None:
    (event,) = taken_in(an_integration(), b"<script>alert(1)</script>\xff\x00")

    found = page_of(reader, event)

    assert "&lt;script&gt;alert(1)" in found
    assert "<script>alert(1)" not in found


def test_a_failure_is_explained_on_its_events_page(reader: Client) -> None:
    message = a_sent_message()
    cause = {"channelErrorCode": "131026", "reason": "Undeliverable"}
    (event,) = taken_in(message.integration, a_status("NOT_DELIVERED", message.external_id, cause=cause))

    assert "The number cannot be reached on WhatsApp" in page_of(reader, event)


def test_an_array_leads_to_its_parts_and_each_part_back(reader: Client) -> None:
    whole, first, _second = taken_in(an_integration(), [a_status("SENT", "a"), a_status("SENT", "b")])

    assert f"{INBOX}{first.pk}/change/" in page_of(reader, whole)
    assert f"{INBOX}{whole.pk}/change/" in page_of(reader, first)


def test_whoever_may_not_look_sees_nothing(client: Client) -> None:
    (event,) = taken_in(an_integration(), b"x")
    client.force_login(an_operator("outbound.view_message"))
    addresses = [INBOX, f"{INBOX}{event.pk}/change/", f"{INBOX}words/", f"{INBOX}words/teach/?word=x"]

    assert {client.get(address).status_code for address in addresses} == {403}


@pytest.mark.parametrize("pk", ["999999", "nonsense", "1" * 40])
def test_an_event_that_is_not_there_is_not_found(reader: Client, pk: str) -> None:
    assert reader.get(f"{INBOX}{pk}/change/").status_code == 404


@pytest.mark.parametrize("look", ["body__startswith=a", "digest__startswith=a", "integration__token__gt=a"])
def test_nobody_filters_by_what_is_not_shown(reader: Client, look: str) -> None:
    assert reader.get(f"{INBOX}?{look}").status_code in (302, 400)


def test_an_unknown_word_can_be_taught_and_what_came_before_takes_effect(reader: Client) -> None:
    message = a_sent_message()
    taken_in(message.integration, a_status("WOBBLED", message.external_id))
    teach = f"{reverse('admin:outbound_webhookevent_teach')}?word=wobbled"
    listed = page(reader, f"{INBOX}words/")

    response = reader.post(teach, {"meaning": "delivered"}, follow=True)
    taken_in(message.integration)

    assert "wobbled" in listed
    assert "1 event that came with it is looked at again" in response.content.decode()
    assert status_of(message) == MessageStatus.DELIVERED
    assert LogEntry.objects.get(additional_data__text="Meaning of a status word").actor.username == "ana"


def test_a_word_that_says_nothing_is_no_longer_unknown(reader: Client) -> None:
    message = a_sent_message()
    taken_in(message.integration, a_status("WOBBLED", message.external_id))

    reader.post(f"{INBOX}words/teach/?word=wobbled", {"meaning": "nothing"})
    (event,) = taken_in(message.integration)

    assert (event.state, status_of(message)) == ("idle", MessageStatus.ACCEPTED)


def test_a_word_is_taught_anew_and_takes_nothing_back(reader: Client) -> None:
    message = a_sent_message()
    taken_in(message.integration, a_status("WOBBLED", message.external_id))
    reader.post(f"{INBOX}words/teach/?word=wobbled", {"meaning": "read"})
    taken_in(message.integration)

    reader.post(f"{INBOX}words/teach/?word=wobbled", {"meaning": "sent"})
    taken_in(message.integration, a_status("WOBBLED", message.external_id))

    assert StatusWord.objects.get().meaning == "sent"
    assert status_of(message) == MessageStatus.READ


@pytest.mark.parametrize("data", [{}, {"meaning": ""}, {"meaning": "accepted"}, {"meaning": "queued"}])
def test_a_meaning_that_is_none_is_not_taken(reader: Client, data: dict[str, str]) -> None:
    message = a_sent_message()
    taken_in(message.integration, a_status("WOBBLED", message.external_id))

    response = reader.post(f"{INBOX}words/teach/?word=wobbled", data)

    assert response.status_code == 200
    assert not StatusWord.objects.exists()


def test_nothing_is_taught_by_looking_or_of_a_word_that_never_came(reader: Client) -> None:
    looked = reader.get(f"{INBOX}words/teach/?word=never&meaning=read")
    posted = reader.post(f"{INBOX}words/teach/?word=never", {"meaning": "read"})

    assert (looked.status_code, posted.status_code) == (302, 302)
    assert not StatusWord.objects.exists()


def test_whoever_may_only_look_teaches_nothing(client: Client) -> None:
    client.force_login(an_operator(LOOK))

    response = client.post(f"{INBOX}words/teach/?word=x", {"meaning": "read"})

    assert response.status_code == 403
    assert not StatusWord.objects.exists()


@pytest.mark.parametrize("count", [2, 25])
@pytest.mark.parametrize("query", ["", "?state__exact=applied", "?q=ours", "words/"])
def test_a_page_takes_few_questions_however_much_is_on_it(
    reader: Client, django_assert_max_num_queries: Any, count: int, query: str
) -> None:
    messages = [a_sent_message() for _number in range(count)]
    Message.objects.update(integration=messages[0].integration)
    taken_in(messages[0].integration, *(a_status("SENT", one.external_id) for one in messages))
    taken_in(messages[0].integration, a_status("WOBBLED", messages[0].external_id))

    with django_assert_max_num_queries(10):
        reader.get(INBOX + query)


def test_the_page_of_an_event_takes_few_questions(reader: Client, django_assert_max_num_queries: Any) -> None:
    whole, *_parts = taken_in(an_integration(), [a_status("SENT", f"x{number}") for number in range(30)])

    with django_assert_max_num_queries(10):
        page_of(reader, whole)
