"""Evidence about a doubt from others that were tried about the same time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.admin.messages.timeline.nearby_attempts import NEAREST, neighbours
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


def a_doubt(integration: Integration) -> Attempt:
    return tried(integration, status=MessageStatus.UNCONFIRMED)


def around(attempt: Attempt) -> tuple[int, int]:
    found = neighbours([attempt.pk])[attempt.pk]
    return found.taken, found.heard_of


def test_it_counts_others_that_were_taken_and_of_how_many_events_came(integration: Integration) -> None:
    tried(integration, heard=True)
    doubt = a_doubt(integration)
    tried(integration, heard=True), tried(integration)

    assert around(doubt) == (3, 2)


@pytest.mark.parametrize(("minutes", "counted"), [(-6, 0), (-5, 1), (5, 1), (6, 0)])
def test_only_what_was_tried_within_five_minutes_counts(
    integration: Integration, minutes: int, counted: int
) -> None:
    doubt = a_doubt(integration)
    tried(integration, NOW + minutes * MINUTE, heard=True)

    assert around(doubt) == (counted, counted)


def test_neither_another_integration_nor_another_doubt_is_evidence(integration: Integration) -> None:
    doubt = a_doubt(integration)
    a_doubt(integration), tried(an_integration(), heard=True)

    assert around(doubt) == (0, 0)


def test_only_so_many_on_either_side_are_looked_at(integration: Integration) -> None:
    far, near = tried(integration), tried(integration)
    doubt = a_doubt(integration)
    Attempt.objects.filter(pk=doubt.pk).update(id=doubt.pk + NEAREST - 1)

    found = neighbours([doubt.pk + NEAREST - 1])

    assert far.pk < near.pk
    assert [one.taken for one in found.values()] == [1]


def test_many_doubts_are_one_question(integration: Integration) -> None:
    pks = [a_doubt(integration).pk for _number in range(25)]

    with CaptureQueriesContext(connection) as asked:
        found = neighbours(pks)

    assert len(asked) == 1
    assert found.keys() == set(pks)


def test_the_page_shows_it_beside_each_row(client: Client, integration: Integration) -> None:
    client.force_login(an_operator("outbound.view_message"))
    a_doubt(integration), tried(integration, heard=True), tried(integration)

    page = client.get("/admin/outbound/message/doubts/", headers={"accept-language": "en"}).content.decode()

    assert "Of 2 others that Zenvia took within 5 minutes of it, events came for 1" in page
    assert "No event of this integration came so far" in page


def test_the_page_says_when_the_last_event_came(client: Client, integration: Integration) -> None:
    client.force_login(an_operator("outbound.view_message"))
    a_doubt(integration)
    Integration.objects.update(last_event_at=datetime.fromisoformat("2026-11-25T12:00:00-03:00"))

    page = client.get("/admin/outbound/message/doubts/", headers={"accept-language": "en"}).content.decode()

    assert "Zenvia took no other message within 5 minutes of it" in page
    assert "Last event of this integration: 25 Nov 2026 12:00 -03" in page
