"""Periods and campaigns are narrowed to ranges of ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outbound.lifecycle import MessageStatus
from outbound.models import Integration, Message
from outbound.search import id_ranges
from tests.builders import a_campaign, a_message, an_integration

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def integration() -> Integration:
    return an_integration()


def queued(integration: Integration, *moments: datetime) -> list[Message]:
    campaign = a_campaign(integration=integration)
    return [a_message(campaign=campaign, integration=integration, created_at=moment) for moment in moments]


@pytest.mark.parametrize(("until", "count"), [(None, 3), (MIDNIGHT + 24 * HOUR, 2)])
def test_period_keeps_the_messages_queued_within(
    integration: Integration, until: datetime | None, count: int
) -> None:
    moments = [
        MIDNIGHT - 48 * HOUR,
        MIDNIGHT - timedelta(microseconds=1),
        MIDNIGHT,
        MIDNIGHT + 24 * HOUR - timedelta(microseconds=1),
        MIDNIGHT + 24 * HOUR,
    ]
    rows = queued(integration, *moments)

    found = id_ranges.queued_between(Message.objects.order_by("id"), MIDNIGHT, until)

    assert list(found) == rows[2 : 2 + count]


def test_row_written_late_hides_no_other(integration: Integration) -> None:
    wanted, _late = queued(integration, MIDNIGHT, MIDNIGHT - timedelta(minutes=50))

    found = id_ranges.queued_between(Message.objects.all(), MIDNIGHT, None)

    assert list(found) == [wanted]


def test_campaign_is_found_by_its_id_range(integration: Integration) -> None:
    before, wanted, after = (a_campaign(integration=integration) for _number in range(3))
    messages = [
        a_message(campaign=campaign, integration=integration, status=status)
        for campaign in (before, wanted, after)
        for status in (MessageStatus.READ, MessageStatus.QUEUED, MessageStatus.REFUSED)
    ]

    found = id_ranges.of_send(Message.objects.order_by("id"), id_ranges.send(wanted.pk))

    assert list(found) == messages[3:6]


@pytest.mark.parametrize("pk", [0, 10**18])
def test_unknown_campaign_has_no_rows(integration: Integration, pk: int) -> None:
    queued(integration, MIDNIGHT)

    assert not id_ranges.of_send(Message.objects.all(), id_ranges.send(pk))


def test_campaign_is_found_with_its_title(integration: Integration) -> None:
    campaign = a_campaign(integration=integration, title="Spring")
    message = a_message(campaign=campaign, integration=integration)

    assert id_ranges.send(campaign.pk) == id_ranges.Send(campaign.pk, "Spring", message.pk, message.pk)


def test_empty_campaign_has_no_rows(integration: Integration) -> None:
    queued(integration, MIDNIGHT)
    empty = a_campaign(integration=integration)

    assert not id_ranges.of_send(Message.objects.all(), id_ranges.send(empty.pk))
