"""Evidence for an unconfirmed attempt from attempts made at the same time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.admin.messages.timeline.nearby_attempts import NEAREST_IDS, nearby
from outbound.lifecycle import MessageStatus
from outbound.models import Attempt, Integration, WebhookEvent
from tests.builders import an_integration, an_operator
from tests.tracking.events import a_sent_message

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def integration() -> Integration:
    return an_integration()


def tried(integration: Integration, at: datetime = NOW, *, heard: bool = False, **values: Any) -> Attempt:
    message = a_sent_message(integration=integration, **values)
    message.attempts.update(opened_at=at)
    if heard:
        number = WebhookEvent.objects.count()
        WebhookEvent.objects.create(
            integration=integration, body=b"{}", digest=str(number), received_at=at, message=message
        )
    return message.attempts.get()


def an_unconfirmed(integration: Integration) -> Attempt:
    return tried(integration, status=MessageStatus.UNCONFIRMED)


def counts_around(attempt: Attempt) -> tuple[int, int]:
    found = nearby([attempt.pk])[attempt.pk]
    return found.accepted, found.with_events


def test_nearby_counts_accepted_attempts_and_those_with_events(integration: Integration) -> None:
    tried(integration, heard=True)
    attempt = an_unconfirmed(integration)
    tried(integration, heard=True), tried(integration)

    assert counts_around(attempt) == (3, 2)


@pytest.mark.parametrize(("minutes", "counted"), [(-6, 0), (-5, 1), (5, 1), (6, 0)])
def test_only_attempts_within_five_minutes_count(
    integration: Integration, minutes: int, counted: int
) -> None:
    attempt = an_unconfirmed(integration)
    tried(integration, NOW + minutes * MINUTE, heard=True)

    assert counts_around(attempt) == (counted, counted)


def test_other_integrations_and_unconfirmed_attempts_do_not_count(integration: Integration) -> None:
    attempt = an_unconfirmed(integration)
    an_unconfirmed(integration), tried(an_integration(), heard=True)

    assert counts_around(attempt) == (0, 0)


def test_only_nearest_ids_are_read(integration: Integration) -> None:
    far, near = tried(integration), tried(integration)
    attempt = an_unconfirmed(integration)
    Attempt.objects.filter(pk=attempt.pk).update(id=attempt.pk + NEAREST_IDS - 1)

    found = nearby([attempt.pk + NEAREST_IDS - 1])

    assert far.pk < near.pk
    assert [one.accepted for one in found.values()] == [1]


def test_many_attempts_take_one_query(integration: Integration) -> None:
    pks = [an_unconfirmed(integration).pk for _number in range(25)]

    with CaptureQueriesContext(connection) as asked:
        found = nearby(pks)

    assert len(asked) == 1
    assert found.keys() == set(pks)


def test_page_shows_the_counts_in_each_row(client: Client, integration: Integration) -> None:
    client.force_login(an_operator("outbound.view_message"))
    an_unconfirmed(integration), tried(integration, heard=True), tried(integration)

    page = client.get("/admin/outbound/message/doubts/", headers={"accept-language": "en"}).content.decode()

    assert "Of 2 others that Zenvia took within 5 minutes of it, events came for 1" in page
    assert "No event of this integration came so far" in page


def test_page_shows_the_last_event_of_the_integration(client: Client, integration: Integration) -> None:
    client.force_login(an_operator("outbound.view_message"))
    an_unconfirmed(integration)
    Integration.objects.update(last_event_at=datetime.fromisoformat("2026-11-25T12:00:00-03:00"))

    page = client.get("/admin/outbound/message/doubts/", headers={"accept-language": "en"}).content.decode()

    assert "Zenvia took no other message within 5 minutes of it" in page
    assert "Last event of this integration: 25 Nov 2026 12:00 -03" in page
