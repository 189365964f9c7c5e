"""Old events are deleted or emptied, in batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outbound.lifecycle import EventState, MessageStatus
from outbound.models import Integration, WebhookEvent
from outbound.tracking import status_words
from outbound.webhooks import purge
from outbound.webhooks.purge import INTERVAL_SECONDS, RESTART_SECONDS, Purge
from tests.builders import an_integration, an_operator
from tests.tracking.events import a_sent_message, a_status, arrived, processed, status_of

pytestmark = pytest.mark.django_db


class Clock:
    """Time that passes when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def integration() -> Integration:
    return an_integration()


def an_event(integration: Integration, state: EventState, days: int, **values: Any) -> WebhookEvent:
    number = WebhookEvent.objects.count()
    received_at = timezone.now() - timedelta(days=days)
    defaults = {"body": b"{}", "digest": str(number), "received_at": received_at}
    return WebhookEvent.objects.create(integration=integration, state=state, **(defaults | values))


def one_round(one: Purge | None = None) -> None:
    one = one or Purge()
    for _look in range(20):
        one.run_due()


@pytest.mark.parametrize("state", [EventState.ORPHAN, EventState.COPY, EventState.UNREADABLE])
def test_event_without_effect_is_deleted_after_thirty_days(
    integration: Integration, state: EventState
) -> None:
    an_event(integration, state, days=31)
    young = an_event(integration, state, days=29)

    one_round()

    assert list(WebhookEvent.objects.all()) == [young]


@pytest.mark.parametrize("state", [EventState.APPLIED, EventState.IDLE])
def test_body_of_an_applied_event_is_emptied_after_ninety_days(
    integration: Integration, state: EventState
) -> None:
    old = an_event(integration, state, days=91, word="read", digest="old")
    young = an_event(integration, state, days=89)

    one_round()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (bytes(old.body), old.word, old.digest) == (b"", "read", "old")
    assert bytes(young.body) == b"{}"


@pytest.mark.parametrize("state", [EventState.NEW, EventState.WAITING, EventState.UNKNOWN, EventState.FAILED])
def test_open_event_is_kept(integration: Integration, state: EventState) -> None:
    event = an_event(integration, state, days=400)

    one_round()

    event.refresh_from_db()
    assert bytes(event.body) == b"{}"


def test_each_run_purges_one_batch(integration: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "BATCH_SIZE", 2)
    for _number in range(5):
        an_event(integration, EventState.ORPHAN, days=31)
        an_event(integration, EventState.APPLIED, days=91)
    one, most_at_once = Purge(), 0

    for _look in range(20):
        before = WebhookEvent.objects.exclude(body=b"").count()
        one.run_due()
        gone = before - WebhookEvent.objects.exclude(body=b"").count()
        most_at_once = max(most_at_once, gone)

    assert list(WebhookEvent.objects.values_list("state", flat=True)) == [EventState.APPLIED] * 5
    assert not WebhookEvent.objects.exclude(body=b"").exists()
    assert most_at_once == 2


def test_hourly_run_continues_where_the_last_one_ended(
    integration: Integration, django_assert_num_queries: Any
) -> None:
    clock = Clock()
    one = Purge(clock)
    an_event(integration, EventState.APPLIED, days=91)
    one_round(one)

    with django_assert_num_queries(0):
        one_round(one)
    clock.now += INTERVAL_SECONDS
    with django_assert_num_queries(len(purge.AGES)):  # one query for each state, and nothing is emptied twice
        one_round(one)


def test_event_settled_late_is_found_by_a_restart(
    integration: Integration,
) -> None:
    clock = Clock()
    one = Purge(clock)
    late = an_event(integration, EventState.UNKNOWN, days=200)
    an_event(integration, EventState.APPLIED, days=91)
    one_round(one)
    WebhookEvent.objects.filter(pk=late.pk).update(state=EventState.APPLIED)

    clock.now += RESTART_SECONDS
    one_round(one)

    late.refresh_from_db()
    assert bytes(late.body) == b""


def test_exact_copy_of_an_emptied_event_is_counted(integration: Integration) -> None:
    message = a_sent_message(integration=integration)
    body = a_status("READ", message.external_id)
    processed(integration, body)
    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(days=91))
    one_round()

    arrived(integration, body)

    assert WebhookEvent.objects.get().copies == 1


def test_word_taught_late_leaves_emptied_events_alone(
    integration: Integration,
) -> None:
    message = a_sent_message(integration=integration)
    processed(integration, a_status("WOBBLED", message.external_id))
    status_words.teach("wobbled", "", by=an_operator(), now=timezone.now())
    processed(integration)
    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(days=91))
    one_round()

    count = status_words.teach("wobbled", "read", by=an_operator(), now=timezone.now())
    (event,) = processed(integration)

    assert (count, event.state) == (0, EventState.IDLE)
    assert status_of(message) == MessageStatus.ACCEPTED


def test_parts_of_an_array_are_purged_one_by_one(integration: Integration) -> None:
    processed(integration, [a_status("READ", "nobody"), a_status("READ", "neither")])
    WebhookEvent.objects.filter(part_of__isnull=False).update(state=EventState.ORPHAN)
    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(days=91))

    one_round()

    assert [bytes(event.body) for event in WebhookEvent.objects.all()] == [b""]
