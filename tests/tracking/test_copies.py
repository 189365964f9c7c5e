"""A copy tells the same in all that has an effect; whatever else comes under a known id is another event."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbound.lifecycle import EventState, MessageStatus
from outbound.models import Conversation, Integration, Message, Recipient, Throttle, WebhookEvent
from outbound.tracking.intake import take_in
from tests.builders import an_integration
from tests.tracking.events import a_sent_message, a_status, an_answer, arrived, status_of, taken_in

pytestmark = pytest.mark.django_db
ANA, BRUNO = "5535988001234", "5511988887777"
NUMBERS = {"a": 1001, "b": 1002}
MOMENTS = st.sampled_from([None, "2026-11-25T12:00:00Z", "2026-11-25T11:00:00Z"])
CAUSES = st.none() | st.builds(
    lambda code, reason: {"channelErrorCode": code, "reason": reason},
    st.sampled_from(["131026", "131031", "130429"]),
    st.sampled_from(["", "Blocked"]),
)


def a_told_status(
    word: str, message: dict[str, str], number: int | None, at: str | None, cause: Any
) -> dict[str, Any]:
    told = {"code": word} | ({"timestamp": at} if at else {}) | ({"causes": [cause]} if cause else {})
    event = {"type": "MESSAGE_STATUS", "channel": "whatsapp", "message": message, "messageStatus": told}
    return event | ({"message_id": number} if number else {})


def a_told_answer(sender: str, text: str, at: str | None, name: str) -> dict[str, Any]:
    message = {"from": sender, "contents": [{"type": "text", "text": text}], "visitor": {"name": name}}
    return {"type": "MESSAGE", "channel": "whatsapp", "message": message} | ({"timestamp": at} if at else {})


STATUSES = st.builds(
    a_told_status,
    st.sampled_from(["SENT", "READ", "NOT_DELIVERED", "WOBBLED"]),
    st.fixed_dictionaries(
        {}, optional={"externalId": st.sampled_from(["a", "b"]), "id": st.sampled_from(["x", "y"])}
    ),
    st.sampled_from([None, *NUMBERS.values()]),
    MOMENTS,
    CAUSES,
)
ANSWERS = st.builds(
    a_told_answer,
    st.sampled_from([ANA, "553588001234", BRUNO]),
    st.sampled_from(["", "Oi", "SAIR"]),
    MOMENTS,
    st.sampled_from(["", "Ana"]),
)
EVENTS = STATUSES | ANSWERS
WAYS = st.sampled_from(["one page", "two pages", "an array"])
few = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def a_world() -> Integration:
    """Build an integration with two messages that are on their way."""
    integration = an_integration()
    for name, number in NUMBERS.items():
        ids = {"external_id": name, "gateway_message_id": str(number)}
        a_sent_message(MessageStatus.SENDING, integration=integration, **ids)
    return integration


def bring(integration: Integration, bodies: list[dict[str, Any]], way: str, now: datetime) -> None:
    pages = {"one page": [bodies], "two pages": [[one] for one in bodies], "an array": [[bodies]]}[way]
    for page in pages:
        for body in page:
            arrived(integration, body, now)
        while take_in(now):
            pass


def what_is_so(integration: Integration) -> dict[str, Any]:
    """Return everything that an event can have an effect on."""
    integration.refresh_from_db()
    message = ("status", "reason", "failure_code", "failure_text", "failed_at", "attempts__outcome")
    learned = WebhookEvent.objects.filter(channel_message_id__isnull=False, message__isnull=False)
    return {
        "messages": list(Message.objects.order_by("external_id").values_list(*message)),
        "windows": set(Conversation.objects.values_list("phone_key", "last_inbound_at")),
        "opted out": set(
            Recipient.objects.opted_out().values_list("phone_key", "opted_out_at", "opt_out_reason")
        ),
        "integration": (integration.status, integration.status_reason),
        "wait": set(Throttle.objects.values_list("held_until", flat=True)),
        "learned": set(learned.values_list("channel_message_id", "message__external_id")),
    }


def outcome(events: list[dict[str, Any]], ids: list[str], way: str, now: datetime) -> dict[str, Any]:
    """Return what some events make of a fresh world, which is then taken back."""
    with transaction.atomic():
        integration = a_world()
        bring(integration, [{"id": one, **event} for one, event in zip(ids, events, strict=True)], way, now)
        found = what_is_so(integration)
        transaction.set_rollback(True)
    return found


@few
@given(events=st.lists(EVENTS, min_size=2, max_size=4), way=WAYS)
def test_under_one_id_every_event_takes_effect_as_under_ids_of_their_own(
    events: list[dict[str, Any]], way: str
) -> None:
    now = timezone.now()

    found = outcome(events, ["string"] * len(events), way, now)

    assert found == outcome(events, [f"id-{place}" for place in range(len(events))], way, now)


def redelivered(event: dict[str, Any], noise: dict[str, Any], way: str) -> Any:
    """Write an event in other bytes: the keys turned round, more of them, and perhaps in an array."""
    other = noise | dict(reversed(event.items()))
    return [other] if way == "an array" else json.dumps(other, indent=2).encode()


def is_readable(event: dict[str, Any]) -> bool:
    """Whether it is of a message that is there, so that nothing is left to wait for."""
    return "from" in event["message"] or "externalId" in event["message"]


@few
@given(
    event=EVENTS.filter(is_readable),
    noise=st.dictionaries(st.sampled_from(["retry", "subscriptionId", "deliveryCount"]), st.integers(1, 9)),
    way=WAYS,
)
def test_the_same_event_in_other_bytes_changes_nothing_more(
    event: dict[str, Any], noise: dict[str, int], way: str
) -> None:
    now = timezone.now()
    with transaction.atomic():
        integration = a_world()
        bring(integration, [{"id": "string", **event}], "one page", now)
        # People take back what it did: only a copy leaves that alone.
        Recipient.objects.update(opted_out_at=None, opt_out_reason="")
        Conversation.objects.update(last_inbound_at=None)
        Message.objects.update(status=MessageStatus.ASSUMED_SENT, failure_code="", failed_at=None)
        before = what_is_so(integration)

        arrived(integration, redelivered({"id": "string", **event}, noise, way), now + timedelta(minutes=5))
        while take_in(now + timedelta(minutes=5)):
            pass
        after, states = what_is_so(integration), set(WebhookEvent.objects.values_list("state", flat=True))
        transaction.set_rollback(True)

    assert after == before
    assert EventState.COPY in states


@pytest.mark.parametrize("way", ["one page", "two pages", "an array"])
def test_a_sair_under_the_id_of_somebody_elses_oi_is_heard(way: str) -> None:
    integration = an_integration()
    bodies = [an_answer(ANA, "Oi", id="string"), an_answer(BRUNO, "SAIR", id="string")]

    bring(integration, bodies, way, timezone.now())

    assert [one.phone for one in Recipient.objects.opted_out()] == [f"+{BRUNO}"]
    assert {one.phone_key for one in Conversation.objects.all()} == {f"+{ANA}", f"+{BRUNO}"}


def test_another_name_or_another_spelling_of_the_number_makes_no_other_event() -> None:
    first, again = a_told_answer(ANA, "Oi", None, "Ana"), a_told_answer("553588001234", "Oi", None, "Ana S.")

    events = taken_in(an_integration(), {"id": "1", **first}, {"id": "1", **again})

    assert [event.state for event in events] == [EventState.APPLIED, EventState.COPY]


def test_what_never_took_effect_makes_no_copy_of_what_may() -> None:
    message = a_sent_message()
    body = a_status("READ", message.external_id)
    (failed,) = taken_in(message.integration, body)
    WebhookEvent.objects.update(state=EventState.FAILED)
    Message.objects.update(status=MessageStatus.ACCEPTED)

    taken_in(message.integration, body | {"retry": 1})

    assert status_of(message) == MessageStatus.READ


def many_under_one_id(integration: Integration, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        arrived(integration, an_answer(f"55119{80000000 + number}", "Oi", id="string"))


def test_many_events_under_one_id_are_looked_at_in_as_many_queries_as_one() -> None:
    integration = an_integration()
    counts = []

    for start, count in ((0, 1), (1, 150), (151, 150)):
        many_under_one_id(integration, count, start)
        with CaptureQueriesContext(connection) as asked:
            take_in(timezone.now())
        counts.append(len(asked))

    assert Conversation.objects.count() == 301
    assert max(counts) <= counts[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a short table whole, rightly")
def test_the_events_before_are_found_by_what_they_told_and_not_by_their_id_alone() -> None:
    integration = an_integration()
    many_under_one_id(integration, 20)
    with CaptureQueriesContext(connection) as asked:
        take_in(timezone.now())
    (lookup,) = [one["sql"] for one in asked if "fingerprint = v.fingerprint" in one["sql"].split("SET")[0]]

    with connection.cursor() as cursor:
        steps = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {lookup}").fetchall()]

    assert any("event_same (integration_id=? AND event_id=? AND fingerprint=?)" in step for step in steps)


def test_events_from_before_the_column_are_known_again_by_what_they_told() -> None:
    message = a_sent_message()
    bodies = [a_status("READ", message.external_id), an_answer(ANA, "SAIR", timestamp="2026-11-25T12:00:00Z")]
    taken_in(message.integration, *bodies)
    before = list(WebhookEvent.objects.order_by("id").values_list("fingerprint", flat=True))
    WebhookEvent.objects.update(fingerprint=None)

    import_module("outbound.migrations.0008_copies_tell_the_same").remember_recent(
        Apps(), connection.schema_editor()
    )

    assert list(WebhookEvent.objects.order_by("id").values_list("fingerprint", flat=True)) == before
    assert all(before)


class Apps:
    """The models as they are, for a migration that asks for them as they were."""

    def get_model(self, _app: str, _name: str) -> type[WebhookEvent]:
        return WebhookEvent
