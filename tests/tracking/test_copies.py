"""An event is a copy if it has the id and all effects of an earlier one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import EventState, MessageStatus
from outbound.models import Conversation, Integration, Message, Recipient, WebhookEvent
from outbound.tracking.processor import process_due
from tests.builders import an_integration
from tests.tracking.events import a_sent_message, a_status, an_answer, arrived, processed, status_of
from tests.tracking.worlds import ANA, BRUNO, a_told_answer, a_told_status, bring, outcome

pytestmark = pytest.mark.django_db
A_STATUS = a_told_status("NOT_DELIVERED", {"externalId": "a"}, None, "2017-11-25T11:00:00Z", None)
AN_ANSWER = a_told_answer(ANA, "Oi", "2017-11-25T11:00:00Z", "Ana")


@pytest.mark.parametrize("way", ["one page", "two pages", "an array"])
@pytest.mark.parametrize(
    ("first", "change"),
    [
        (A_STATUS, {"messageStatus": {"code": "READ", "timestamp": "2017-11-25T11:00:00Z"}}),
        (A_STATUS, {"messageStatus": {"code": "NOT_DELIVERED", "timestamp": "2017-11-25T12:00:00Z"}}),
        (
            A_STATUS,
            {"messageStatus": A_STATUS["messageStatus"] | {"causes": [{"channelErrorCode": "131026"}]}},
        ),
        (A_STATUS, {"messageStatus": A_STATUS["messageStatus"] | {"causes": [{"reason": "Blocked"}]}}),
        (A_STATUS, {"message": {"externalId": "b"}}),
        (A_STATUS, {"message": {"externalId": "a", "id": "x"}}),
        (A_STATUS | {"message": {}, "message_id": 1001}, {"message_id": 1002}),
        (A_STATUS, AN_ANSWER),
        (AN_ANSWER, {"message": AN_ANSWER["message"] | {"from": BRUNO}}),
        (AN_ANSWER, {"message": AN_ANSWER["message"] | {"contents": [{"type": "text", "text": "SAIR"}]}}),
        (AN_ANSWER, {"timestamp": "2017-11-25T12:00:00Z"}),
        (AN_ANSWER, A_STATUS | {"timestamp": None}),
    ],
)
def test_difference_with_an_effect_makes_no_copy(
    first: dict[str, Any], change: dict[str, Any], way: str
) -> None:
    now, second = timezone.now(), first | change

    found = outcome([first, second], ["string", "string"], way, now)

    assert found == outcome([first, second], ["one", "another"], way, now)
    assert found != outcome([first], ["one"], "one page", now)


@pytest.mark.parametrize("way", ["one page", "two pages", "an array"])
def test_keyword_under_the_id_of_another_event_opts_out(way: str) -> None:
    integration = an_integration()
    bodies = [an_answer(ANA, "Oi", id="string"), an_answer(BRUNO, "SAIR", id="string")]

    bring(integration, bodies, way, timezone.now())

    assert [one.phone for one in Recipient.objects.opted_out()] == [f"+{BRUNO}"]
    assert {one.phone_key for one in Conversation.objects.all()} == {f"+{ANA}", f"+{BRUNO}"}


def test_difference_without_an_effect_makes_a_copy() -> None:
    first, again = a_told_answer(ANA, "Oi", None, "Ana"), a_told_answer("553588001234", "Oi", None, "Ana S.")

    events = processed(an_integration(), {"id": "1", **first}, {"id": "1", **again})

    assert [event.state for event in events] == [EventState.APPLIED, EventState.COPY]


def test_event_without_effect_has_no_copies() -> None:
    message = a_sent_message()
    body = a_status("READ", message.external_id)
    (failed,) = processed(message.integration, body)
    WebhookEvent.objects.update(state=EventState.FAILED)
    Message.objects.update(status=MessageStatus.ACCEPTED)

    processed(message.integration, body | {"retry": 1})

    assert status_of(message) == MessageStatus.READ


def many_under_one_id(integration: Integration, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        arrived(integration, an_answer(f"55119{80000000 + number}", "Oi", id="string"))


def test_query_count_does_not_grow_with_events_under_one_id() -> None:
    integration = an_integration()
    counts = []

    for start, count in ((0, 1), (1, 150), (151, 150)):
        many_under_one_id(integration, count, start)
        with CaptureQueriesContext(connection) as asked:
            process_due(timezone.now())
        counts.append(len(asked))

    assert Conversation.objects.count() == 301
    assert max(counts) <= counts[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a short table whole, rightly")
def test_earlier_events_are_found_by_fingerprint() -> None:
    integration = an_integration()
    many_under_one_id(integration, 20)
    with CaptureQueriesContext(connection) as asked:
        process_due(timezone.now())
    (lookup,) = [one["sql"] for one in asked if "fingerprint = v.fingerprint" in one["sql"].split("SET")[0]]

    with connection.cursor() as cursor:
        steps = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {lookup}").fetchall()]

    assert any("event_same (integration_id=? AND event_id=? AND fingerprint=?)" in step for step in steps)


def test_migration_gives_older_events_a_fingerprint() -> None:
    message = a_sent_message()
    bodies = [a_status("READ", message.external_id), an_answer(ANA, "SAIR", timestamp="2017-11-25T12:00:00Z")]
    processed(message.integration, *bodies)
    before = list(WebhookEvent.objects.order_by("id").values_list("fingerprint", flat=True))
    WebhookEvent.objects.update(fingerprint=None)

    import_module("outbound.migrations.0008_copies_tell_the_same").remember_recent(
        Apps(), connection.schema_editor()
    )

    assert list(WebhookEvent.objects.order_by("id").values_list("fingerprint", flat=True)) == before
    assert all(before)


class Apps:
    """Stands in for the historical models of a migration with the current ones."""

    def get_model(self, _app: str, _name: str) -> type[WebhookEvent]:
        return WebhookEvent
