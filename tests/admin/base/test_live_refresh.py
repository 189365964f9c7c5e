"""How often the pages of messages and campaigns refresh themselves, and when they stop."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Integration, Message
from tests.admin.sends import a_send, page
from tests.builders import a_message, an_operator

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message", "outbound.view_campaign"))
    return client


def interval(page: str) -> int:
    found = re.search(r'data-live="(\d+)"', page)
    return int(found[1]) if found else 0


def message_page(client: Client, message: Message) -> str:
    return client.get(reverse("admin:outbound_message_change", args=[message.pk])).content.decode()


@pytest.mark.parametrize(
    ("status", "age", "expected"),
    [
        (MessageStatus.QUEUED, 9 * HOUR, 2000),
        (MessageStatus.SENDING, timedelta(0), 2000),
        (MessageStatus.ACCEPTED, timedelta(0), 5000),
        (MessageStatus.SENT, HOUR / 2, 5000),
        (MessageStatus.DELIVERED, HOUR / 2, 5000),
        (MessageStatus.UNCONFIRMED, HOUR / 2, 5000),
        (MessageStatus.ACCEPTED, 2 * HOUR, 0),
        (MessageStatus.READ, timedelta(0), 0),
        (MessageStatus.REFUSED, timedelta(0), 0),
        (MessageStatus.SKIPPED, timedelta(0), 0),
        (MessageStatus.CANCELLED, timedelta(0), 0),
    ],
)
def test_message_page_refreshes_while_events_are_expected(
    ana: Client, status: MessageStatus, age: timedelta, expected: int
) -> None:
    message = a_message(status=status, status_changed_at=timezone.now() - age)

    assert interval(message_page(ana, message)) == expected


@pytest.mark.parametrize(
    ("statuses", "launched", "last_event", "expected"),
    [
        ([MessageStatus.QUEUED], timedelta(0), None, 2000),
        ([MessageStatus.ACCEPTED], HOUR / 2, None, 5000),
        ([MessageStatus.DELIVERED, MessageStatus.READ], HOUR / 2, None, 5000),
        ([MessageStatus.READ], HOUR / 2, None, 0),
        ([MessageStatus.REFUSED], HOUR / 2, None, 0),
        ([MessageStatus.ACCEPTED], 3 * HOUR, None, 0),
        ([MessageStatus.ACCEPTED], 3 * HOUR, timedelta(minutes=1), 5000),
        ([MessageStatus.ACCEPTED], 3 * HOUR, HOUR, 0),
        ([MessageStatus.ACCEPTED], 30 * HOUR, timedelta(minutes=1), 0),
    ],
)
def test_campaign_page_refreshes_while_deliveries_come_in(
    ana: Client,
    statuses: list[MessageStatus],
    launched: timedelta,
    last_event: timedelta | None,
    expected: int,
) -> None:
    now = timezone.now()
    campaign = a_send(*statuses, launched_at=now - launched)
    Integration.objects.update(last_event_at=_before(now, last_event))

    assert interval(page(ana, campaign)) == expected


def test_scheduled_campaign_refreshes_from_its_start(ana: Client) -> None:
    now = timezone.now()
    campaign = a_send(MessageStatus.ACCEPTED, launched_at=now - 20 * HOUR, starts_at=now - HOUR / 2)

    assert interval(page(ana, campaign)) == 5000


@pytest.mark.parametrize("status", [MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.UNDELIVERED])
def test_campaign_page_links_to_messages_by_status(ana: Client, status: MessageStatus) -> None:
    campaign = a_send(status, status, MessageStatus.ACCEPTED)

    shown = page(ana, campaign)

    link = f"?campaign__id__exact={campaign.pk}&amp;status__exact={status}"
    assert f'{link}">{status.label}: <strong>2</strong></a>' in shown


def test_campaign_page_shows_reasons_of_failed_deliveries(ana: Client) -> None:
    campaign = a_send(MessageStatus.UNDELIVERED)
    campaign.messages.update(failure_code="131026", reason="not_delivered")

    assert "The number cannot be reached on WhatsApp: <strong>1</strong>" in page(ana, campaign)


def test_progress_bar_adds_up_to_100_percent(ana: Client) -> None:
    campaign: Any = a_send(*MessageStatus)

    shown = page(ana, Campaign.objects.get(pk=campaign.pk))

    widths = [
        float(width) for width in re.findall(r'class="oc-progress--\w+" x="[\d.]+" width="([\d.]+)"', shown)
    ]
    assert sum(widths) == pytest.approx(100, abs=0.01)


def _before(now: datetime, age: timedelta | None) -> datetime | None:
    return None if age is None else now - age
