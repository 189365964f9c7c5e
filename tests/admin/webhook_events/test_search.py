"""Events are found by the ids they name and by phone number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outbound.models import WebhookEvent
from tests.builders import a_recipient, an_integration, an_operator
from tests.tracking.events import a_sent_message, a_status, an_answer, processed

pytestmark = pytest.mark.django_db

INBOX = "/admin/outbound/webhookevent/"
WHOLE_TABLE = re.compile("SCAN (outbound_webhookevent|outbound_message|[UVW][0-9])")


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_webhookevent", "outbound.teach_statusword"))
    client.cookies["django_language"] = "en"
    return client


def found(client: Client, text: str) -> list[WebhookEvent]:
    return list(client.get(INBOX, {"q": text}).context["cl"].result_list)


@pytest.mark.parametrize(
    "text", ["ours-x", "zenvia-x", "event-x", "wobbled", "WOBBLED", "+55 11 98888-7777", "1188887777"]
)
def test_event_is_found_by_any_id_it_names(reader: Client, text: str) -> None:
    integration = an_integration()
    status = a_status("WOBBLED", "ours-x", id="event-x")
    status["message"]["id"] = "zenvia-x"
    events = processed(integration, status, an_answer("5511988887777", "oi"), a_status("SENT", "another"))
    wanted = events[1 if text[-1].isdecimal() else 0]

    assert found(reader, text) == [wanted]


def test_whole_number_finds_messages_from_and_to_a_person(reader: Client) -> None:
    recipient = a_recipient(phone="+5511988887777")
    message = a_sent_message(recipient=recipient)
    processed(
        message.integration,
        a_status("SENT", message.external_id),
        an_answer("551188887777", "oi"),
        a_status("SENT", "another"),
    )

    assert [one.kind for one in found(reader, "11 98888-7777")] == ["inbound", "status"]


@pytest.mark.parametrize("text", ["20260001", "1234-5678"])
def test_id_that_looks_like_a_number_is_found(reader: Client, text: str) -> None:
    (event,) = processed(an_integration(), a_status("SENT", text))

    assert found(reader, text) == [event]


@pytest.mark.parametrize("count", [2, 25])
@pytest.mark.parametrize("query", ["q=wobbled", "q=wobbled&look=needed", "q=11 98888-7777"])
def test_search_makes_few_queries(
    reader: Client, django_assert_max_num_queries: Any, count: int, query: str
) -> None:
    message = a_sent_message(recipient=a_recipient(phone="+5511988887777"))
    processed(message.integration, *(a_status("WOBBLED", message.external_id) for _number in range(count)))

    with django_assert_max_num_queries(10):
        response = reader.get(f"{INBOX}?{query}")

    assert len(response.context["cl"].result_list) == count


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads an empty table whole, rightly")
@pytest.mark.parametrize("text", ["11 98888-7777", "1198", "ours-x", "20260001"])
def test_search_scans_no_table(reader: Client, text: str) -> None:
    message = a_sent_message(recipient=a_recipient(phone="+5511988887777"))
    processed(
        message.integration,
        a_status("SENT", message.external_id),
        a_status("SENT", "ours-x"),
        a_status("SENT", "20260001"),
        an_answer("5511988887777", "oi"),
    )
    with CaptureQueriesContext(connection) as asked:
        found(reader, text)
    statements = [one["sql"] for one in asked if "outbound_webhookevent" in one["sql"]]

    with connection.cursor() as cursor:
        plans = [row[3] for sql in statements for row in explained(cursor, sql)]

    assert statements
    assert [
        step for step in plans if re.match("SCAN (outbound_webhookevent|outbound_message|[UVW][0-9])", step)
    ] == []


def explained(cursor: Any, sql: str) -> Any:
    return cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
