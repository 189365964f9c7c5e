"""The message list: filters, search, pages, and the indexes they use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from outbound.admin.base.pagination import CAP, CappedPaginator
from outbound.lifecycle import MessageStatus
from outbound.models import Message, WebhookEvent
from tests.builders import a_campaign, a_message, an_integration, an_operator

pytestmark = pytest.mark.django_db
LIST = "/admin/outbound/message/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message"))
    return client


def listed(client: Client, query: str) -> list[Message]:
    return list(client.get(f"{LIST}?{query}").context["cl"].result_list)


@pytest.mark.parametrize(
    ("preset", "count"), [("today", 1), ("yesterday", 1), ("7", 3), ("30", 4), ("never", 5), ("", 5)]
)
def test_presets_are_days_in_the_time_zone_of_the_console(client: Client, preset: str, count: int) -> None:
    moments = ["10-01T12:00", "11-01T12:00", "11-19T00:00", "11-24T23:59", "11-25T00:00"]
    for moment in moments:
        a_message(created_at=datetime.fromisoformat(f"2026-{moment}:00-03:00"))

    with time_machine.travel(datetime(2026, 11, 25, 15, tzinfo=UTC)):
        client.force_login(an_operator("outbound.view_message"))  # whose session is of that day
        found = listed(client, f"when={preset}" if preset else "")

    assert len(found) == count


def test_filters_combine(ana: Client) -> None:
    wanted = a_message(status=MessageStatus.READ)
    a_message(integration=wanted.integration, campaign=wanted.campaign)
    a_message(integration=wanted.integration, status=MessageStatus.READ)
    a_message(status=MessageStatus.READ)
    query = (
        f"status__exact=read&integration__id__exact={wanted.integration_id}"
        f"&campaign__id__exact={wanted.campaign_id}&when=today"
    )

    assert listed(ana, query) == [wanted]


def test_campaign_link_in_row_filters_the_list(ana: Client) -> None:
    wanted = a_message(campaign=a_campaign(title="Spring", integration=an_integration()))
    a_message()

    page = ana.get(LIST, headers=ENGLISH).content.decode()
    only = ana.get(f"{LIST}?campaign__id__exact={wanted.campaign_id}", headers=ENGLISH)

    assert f'href="?campaign__id__exact={wanted.campaign_id}">Spring</a>' in page
    assert list(only.context["cl"].result_list) == [wanted]
    assert "By send" in only.content.decode()


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999"])
def test_unknown_campaign_lists_nothing(ana: Client, pk: str) -> None:
    a_message()

    assert listed(ana, f"campaign__id__exact={pk}") == []


def test_undelivered_message_shows_the_meaning_of_its_code(ana: Client) -> None:
    a_message(status=MessageStatus.UNDELIVERED, reason="not_delivered", failure_code="131026")

    assert "The number cannot be reached on WhatsApp" in ana.get(LIST, headers=ENGLISH).content.decode()


def test_failure_after_delivery_is_marked(ana: Client) -> None:
    a_message(status=MessageStatus.READ, failure_code="131026")

    page = ana.get(LIST, headers=ENGLISH).content.decode()

    assert "A failure was reported too: The number cannot be reached on WhatsApp" in page


def test_search_finds_gateway_ids(ana: Client) -> None:
    wanted, _other = a_message(), a_message()
    for digest in ("1", "2"):  # several events name it, and it is one message
        WebhookEvent.objects.create(
            integration=wanted.integration,
            body=b"{}",
            digest=digest,
            received_at=timezone.now(),
            channel_message_id="zenvia-1",
            message=wanted,
        )

    assert listed(ana, "q=zenvia-1") == [wanted]


def test_search_by_partial_number_is_ordered_by_number(ana: Client) -> None:
    integration = an_integration()
    campaigns = [a_campaign(integration=integration) for _number in range(2)]
    keys = ["+5535988000002", "+5535988000001"]
    made = [
        a_message(campaign=campaign, integration=integration, phone_key=key)
        for campaign in campaigns
        for key in keys
    ]

    assert listed(ana, "q=35+9880") == [made[3], made[1], made[2], made[0]]


def test_pages_end_at_the_cap() -> None:
    class Rows(list[int]):
        """As many as a planner believes in."""

        def __len__(self) -> int:
            return 1_000_000

    pages = CappedPaginator(Rows(), 25)

    assert pages.num_pages == (CAP - 1) // 25 == 400


def test_long_list_says_more_than_the_cap(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.admin.base.pagination.CAP", 3)
    for _number in range(4):
        a_message()

    page = ana.get(f"{LIST}?status__exact=queued", headers=ENGLISH).content.decode()

    assert "more than 2 messages" in page


FILTERS = [
    "",
    "status__exact=refused",
    "integration__id__exact={integration}",
    "when=30",
    "when=yesterday",
    "campaign__id__exact={campaign}",
    "status__exact=refused&when=30",
    "status__exact=refused&when=yesterday",
    "integration__id__exact={integration}&status__exact=refused",
    "integration__id__exact={integration}&when=yesterday",
    "campaign__id__exact={campaign}&status__exact=refused",
    "campaign__id__exact={campaign}&when=7",
    "campaign__id__exact={campaign}&integration__id__exact={integration}&status__exact=refused&when=7",
    "q=x-1",
    "q=35+98800-1234",
    "q=35988",
]


@pytest.mark.parametrize("query", FILTERS)
def test_count_equals_listed_rows(admin_client: Client, query: str) -> None:
    integration, other = an_integration(), an_integration()
    campaigns = [a_campaign(integration=one) for one in (integration, integration, other)]
    for days, campaign, status in product((40, 8, 3, 1, 0), campaigns, ("refused", "read")):
        queued = timezone.now() - timedelta(days=days)
        a_message(campaign=campaign, integration=campaign.integration, status=status, created_at=queued)
    asked = query.format(integration=integration.pk, campaign=campaigns[0].pk)

    shown = admin_client.get(f"{LIST}?{asked}").context["cl"]

    assert shown.result_count == shown.queryset._clone().count()


by_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="another database plans by what it has counted"
)


def plan_of(query: str, user: Any, message: Message) -> str:
    asked = query.format(integration=message.integration_id, campaign=message.campaign_id)
    request = RequestFactory().get(f"{LIST}?{asked}")
    request.user = user
    shown = admin.site._registry[Message].get_changelist_instance(request)
    return shown.queryset[: shown.list_per_page].explain()


@by_sqlite
@pytest.mark.parametrize("query", FILTERS)
def test_no_filter_scans_or_sorts_all_messages(admin_user: Any, query: str) -> None:
    message = a_message(external_id="x-1", phone="+5535988001234", phone_key="+5535988001234")
    old = datetime(2000, 1, 1, tzinfo=UTC)
    a_message(created_at=old, integration=message.integration, campaign=message.campaign)
    an_integration()  # a filter with one choice is none

    plan = plan_of(query, admin_user, message)

    lines = [line for line in plan.splitlines() if "outbound_message" in line]
    assert len(lines) == 1 or "LIST SUBQUERY" in plan, plan
    assert lines[0].split()[3] == ("SEARCH" if query else "SCAN"), plan
    assert "TEMP B-TREE" not in plan


@by_sqlite
@pytest.mark.parametrize("now", ["2026-11-25T00:30-03:00", "2026-11-25T12:00-03:00"])
@pytest.mark.parametrize("days", [(0,), (1,), (1, 0), (2000,), (2000, 0), (2000, 1)])
@pytest.mark.parametrize("query", [query for query in FILTERS if "when" in query])
def test_date_filter_never_sorts(admin_user: Any, query: str, days: tuple[int, ...], now: str) -> None:
    an_integration()
    campaign = a_campaign(integration=an_integration())
    with time_machine.travel(now):
        queued = [timezone.now() - timedelta(days=number) for number in days]
        first, *_rest = [
            a_message(campaign=campaign, integration=campaign.integration, created_at=at) for at in queued
        ]

        plan = plan_of(query, admin_user, first)

    assert "TEMP B-TREE" not in plan
