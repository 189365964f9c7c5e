"""The number of queries of the home page and of the reports, with and without trouble."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound import roles
from outbound.lifecycle import EventState, IntegrationStatus, MessageStatus
from outbound.models import WebhookEvent
from outbound.reports import daily_counts
from outbound.sending import heartbeat
from tests.builders import a_campaign, a_message, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15
ADDRESSES = ["/admin/", "/admin/reports/", "/admin/reports/?days=90"]


@pytest.fixture
def operator(client: Client) -> Client:
    user = an_operator()
    roles.ensure_groups()
    user.groups.set(Group.objects.all())
    client.force_login(user)
    return client


def calm(number: int) -> None:
    """An integration whose messages went well, yesterday and today."""
    integration = an_integration(last_event_at=timezone.now())
    campaign = a_campaign(integration=integration, template=a_template(), status="running")
    for status in (MessageStatus.READ, MessageStatus.REFUSED, MessageStatus.UNDELIVERED):
        for days in (0, 1):
            moment = timezone.now() - timedelta(days=days)
            a_message(campaign=campaign, integration=integration, status=status, created_at=moment)
    heartbeat.beat(timezone.now())


def troubled(number: int) -> None:
    """Everything is wrong: stopped, unconfirmed, a silent webhook, overdue events, and no heartbeat."""
    now = timezone.now()
    status = IntegrationStatus.STOPPED if number % 2 else IntegrationStatus.ACTIVE
    integration = an_integration(status=status)
    campaign = a_campaign(integration=integration, status="running")
    own = {"campaign": campaign, "integration": integration}
    a_message(due_at=now - timedelta(hours=1), **own)
    a_message(status=MessageStatus.UNCONFIRMED, **own)
    for _number in range(20):
        a_message(status=MessageStatus.ACCEPTED, status_changed_at=now - timedelta(minutes=40), **own)
    for state in (EventState.NEW, EventState.UNKNOWN, EventState.UNREADABLE):
        WebhookEvent.objects.create(
            integration=integration,
            body=b"",
            digest=state,
            state=state,
            received_at=now - timedelta(minutes=5),
            due_at=now - timedelta(minutes=5) if state == EventState.NEW else None,
        )


def query_count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert response.status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", ADDRESSES)
def test_empty_console_stays_within_limit(operator: Client, address: str) -> None:
    assert query_count(operator, address) <= MAX_QUERIES


@pytest.mark.parametrize("many", [False, True], ids=["counted now", "counted before"])
@pytest.mark.parametrize("state", [calm, troubled])
@pytest.mark.parametrize("address", ADDRESSES)
def test_page_runs_as_many_queries_for_many_integrations_as_for_two(
    operator: Client, monkeypatch: pytest.MonkeyPatch, address: str, state: Callable[[int], None], many: bool
) -> None:
    if many:
        monkeypatch.setattr(daily_counts, "MAX_LIVE", 1)
    for number in range(2):
        state(number)
    few = query_count(operator, address)
    for number in range(10):
        state(number)

    assert query_count(operator, address) == few
    assert few <= MAX_QUERIES
