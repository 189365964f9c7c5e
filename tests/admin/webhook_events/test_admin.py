"""The inbox lists events, and unknown status words can be taught."""

from __future__ import annotations

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from outbound.lifecycle import MessageStatus
from outbound.models import Message, StatusWord
from tests.builders import an_integration, an_operator
from tests.tracking.events import a_sent_message, a_status, processed, status_of

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


def test_list_shows_events_and_their_state(reader: Client) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("DELIVERED", message.external_id), b"<html>")

    found = page(reader, INBOX)

    assert "delivered" in found
    assert "Applied" in found
    assert "Unreadable" in found
    assert f"/admin/outbound/message/{message.pk}/change/" in found


def test_empty_inbox_says_how_to_fill_it(reader: Client) -> None:
    assert "No event has come in yet." in page(reader, INBOX)


@pytest.mark.parametrize("query", ["state__exact=unreadable", "q=nothing-like-it"])
def test_filter_without_results_is_no_empty_inbox(reader: Client, query: str) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("SENT", message.external_id))

    assert "No event has come in yet." not in page(reader, f"{INBOX}?{query}")


def test_filter_finds_events_that_need_a_look(reader: Client) -> None:
    message = a_sent_message()
    other = a_sent_message()
    processed(
        message.integration,
        a_status("SENT", message.external_id),
        a_status("WOBBLED", message.external_id),
        a_status("SENT", other.external_id),
        b"<html>",
    )

    found = reader.get(f"{INBOX}?look=needed").context["cl"].result_list

    assert [one.state for one in found] == ["unreadable", "orphan", "unknown"]


def test_unknown_words_are_announced_above_the_list(reader: Client) -> None:
    message = a_sent_message()
    before = page(reader, INBOX)
    processed(message.integration, a_status("WOBBLED", message.external_id))

    assert "nobody has explained yet" in page(reader, INBOX)
    assert "nobody has explained yet" not in before


def test_inbox_needs_the_permission_to_view(client: Client) -> None:
    (event,) = processed(an_integration(), b"x")
    client.force_login(an_operator("outbound.view_message"))
    addresses = [INBOX, f"{INBOX}{event.pk}/change/", f"{INBOX}words/", f"{INBOX}words/teach/?word=x"]

    assert {client.get(address).status_code for address in addresses} == {403}


@pytest.mark.parametrize("pk", ["999999", "nonsense", "1" * 40])
def test_unknown_event_is_not_found(reader: Client, pk: str) -> None:
    assert reader.get(f"{INBOX}{pk}/change/").status_code == 404


@pytest.mark.parametrize("look", ["body__startswith=a", "digest__startswith=a", "integration__token__gt=a"])
def test_filter_by_a_hidden_field_is_refused(reader: Client, look: str) -> None:
    assert reader.get(f"{INBOX}?{look}").status_code in (302, 400)


def test_taught_word_applies_earlier_events(reader: Client) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("WOBBLED", message.external_id))
    teach = f"{reverse('admin:outbound_webhookevent_teach')}?word=wobbled"
    listed = page(reader, f"{INBOX}words/")

    response = reader.post(teach, {"meaning": "delivered"}, follow=True)
    processed(message.integration)

    assert "wobbled" in listed
    assert "1 event that came with it is looked at again" in response.content.decode()
    assert status_of(message) == MessageStatus.DELIVERED
    assert LogEntry.objects.get(additional_data__text="Meaning of a status word").actor.username == "ana"


def test_word_without_meaning_is_no_longer_unknown(reader: Client) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("WOBBLED", message.external_id))

    reader.post(f"{INBOX}words/teach/?word=wobbled", {"meaning": "nothing"})
    (event,) = processed(message.integration)

    assert (event.state, status_of(message)) == ("idle", MessageStatus.ACCEPTED)


def test_word_taught_anew_takes_nothing_back(reader: Client) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("WOBBLED", message.external_id))
    reader.post(f"{INBOX}words/teach/?word=wobbled", {"meaning": "read"})
    processed(message.integration)

    reader.post(f"{INBOX}words/teach/?word=wobbled", {"meaning": "sent"})
    processed(message.integration, a_status("WOBBLED", message.external_id))

    assert StatusWord.objects.get().meaning == "sent"
    assert status_of(message) == MessageStatus.READ


@pytest.mark.parametrize("data", [{}, {"meaning": ""}, {"meaning": "accepted"}, {"meaning": "queued"}])
def test_invalid_meaning_is_refused(reader: Client, data: dict[str, str]) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("WOBBLED", message.external_id))

    response = reader.post(f"{INBOX}words/teach/?word=wobbled", data)

    assert response.status_code == 200
    assert not StatusWord.objects.exists()


def test_unseen_word_is_not_taught(reader: Client) -> None:
    looked = reader.get(f"{INBOX}words/teach/?word=never&meaning=read")
    posted = reader.post(f"{INBOX}words/teach/?word=never", {"meaning": "read"})

    assert (looked.status_code, posted.status_code) == (302, 302)
    assert not StatusWord.objects.exists()


def test_documented_word_is_not_taught(reader: Client) -> None:
    message = a_sent_message()
    processed(message.integration, a_status("DELIVERED", message.external_id))

    response = reader.post(f"{INBOX}words/teach/?word=delivered", {"meaning": "sent"}, follow=True)

    assert "The documents say already what this word means." in response.content.decode()
    assert not StatusWord.objects.exists()


def test_teaching_needs_its_permission(client: Client) -> None:
    client.force_login(an_operator(LOOK))

    response = client.post(f"{INBOX}words/teach/?word=x", {"meaning": "read"})

    assert response.status_code == 403
    assert not StatusWord.objects.exists()


@pytest.mark.parametrize("count", [2, 25])
@pytest.mark.parametrize(
    "query", ["", "?state__exact=applied", "?q=ours", "?look=needed", "?q=11988887777", "words/"]
)
def test_page_makes_few_queries(
    reader: Client, django_assert_max_num_queries: Any, count: int, query: str
) -> None:
    messages = [a_sent_message() for _number in range(count)]
    Message.objects.update(integration=messages[0].integration)
    processed(messages[0].integration, *(a_status("SENT", one.external_id) for one in messages))
    processed(messages[0].integration, a_status("WOBBLED", messages[0].external_id))

    with django_assert_max_num_queries(10):
        reader.get(INBOX + query)
