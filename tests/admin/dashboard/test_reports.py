"""The page “Reports”: counts by day, template and integration, and reasons."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Message
from outbound.reports import daily_counts
from tests.builders import a_campaign, a_message, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

PAGE = "/admin/reports/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message"))
    return client


def text(client: Client, address: str = PAGE) -> str:
    response = client.get(address, headers={"Accept-Language": "en"})
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def days_ago(number: int, count: int = 1, **values: object) -> None:
    """Create messages of `number` days ago, and count them as the worker does."""
    now = timezone.localtime()  # of which a day has 23 or 25 hours where clocks change
    moment = now - timedelta(days=number)
    for _number in range(count):
        a_message(created_at=moment, **values)
    if number:
        daily_counts.recount(timezone.localdate(moment), now)


def test_empty_report(reader: Client) -> None:
    assert "No messages in this period" in text(reader)


def test_template_row_has_counts_and_shares(reader: Client) -> None:
    campaign = a_campaign(integration=an_integration(), template=a_template(name="Invoice"))
    own = {"campaign": campaign, "integration": campaign.integration}
    days_ago(2, 3, status=MessageStatus.READ, **own)
    days_ago(1, 1, status=MessageStatus.ACCEPTED, **own)
    days_ago(0, 1, status=MessageStatus.REFUSED, **own)

    said = text(reader)

    assert "Invoice 5 4 3 75% 3 75% 0 1 0 0 0" in said


def test_rich_notifications_have_a_row(reader: Client) -> None:
    days_ago(0, 2, status=MessageStatus.DELIVERED)

    assert "Rich notification 2 2 2 100% 0 0%" in text(reader)


def test_reasons_are_listed_by_frequency(reader: Client) -> None:
    days_ago(0, 1, status=MessageStatus.SKIPPED, reason=Reason.OPTED_OUT)
    days_ago(0, 2, status=MessageStatus.REFUSED, reason=Reason.REJECTED)
    days_ago(0, 1, status=MessageStatus.UNDELIVERED, reason=Reason.NOT_DELIVERED, failure_code="131047")
    days_ago(0, 1, status=MessageStatus.UNDELIVERED, reason=Reason.NOT_DELIVERED, failure_code="470")

    said = text(reader)

    assert "The gateway refused the message 2 The person asked not to receive messages 1" in said
    assert "More than 24 hours passed since the person last wrote 2" in said


@pytest.mark.parametrize(("days", "planned"), [("7", 1), ("30", 2), ("90", 3), ("365", 1), ("x", 1)])
def test_period_ends_today(reader: Client, days: str, planned: int) -> None:
    for number in (6, 29, 89, 90):
        days_ago(number, status=MessageStatus.READ)

    response = reader.get(f"{PAGE}?days={days}")

    assert response.context["total"].planned == planned


def test_uncounted_days_are_mentioned(reader: Client) -> None:
    a_message(created_at=timezone.localtime() - timedelta(days=3))

    assert "3 days of this period have not been counted yet." in text(reader)


def test_totals_equal_the_messages(reader: Client) -> None:
    for number, status in enumerate(MessageStatus):
        days_ago(number % 5, status=status)
    for number in range(1, 5):
        daily_counts.recount(timezone.localdate() - timedelta(days=number), timezone.now())

    total = reader.get(PAGE).context["total"]

    assert total.planned == Message.objects.count()
    assert (total.reached, total.read, total.undelivered, total.unconfirmed) == (2, 1, 1, 1)
    assert (total.refused, total.not_sent, total.waiting, total.taken_as_sent) == (1, 3, 2, 1)


def test_reports_need_permission_to_view_messages(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))

    assert client.get(PAGE).status_code == 403


def test_reports_need_a_login(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
