"""The number of queries of each page, which does not grow with the number of rows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound import roles
from outbound.lifecycle import CampaignKind
from outbound.models import Attempt, Campaign, Heartbeat, Integration, Message
from outbound.sending import heartbeat
from outbound.sending.planning.launch import launch
from outbound.webhooks.storage import Arrival, store
from tests.builders import a_recipient, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15


@pytest.fixture
def operator(client: Client) -> Client:
    user = an_operator()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    client.force_login(user)
    return client


def sends(count: int) -> None:
    """Make `count` sends to `count` saved people each, every message with an attempt."""
    integration = an_integration()
    heartbeat.beat(timezone.now())
    for _number in range(count):
        template = a_template(body="Hi")
        campaign = Campaign.objects.create(
            kind=CampaignKind.TEMPLATE, integration=integration, template=template
        )
        campaign.recipients.set([a_recipient() for _person in range(count)])
        launch(campaign, by=None, now=timezone.now())
        for message in campaign.messages.all():
            Attempt.objects.create(
                message=message, number=1, external_id=message.external_id, opened_at=timezone.now()
            )


def query_count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert response.status_code == 200
    return len(queries)


PAGES = [
    "/admin/",
    "/admin/outbound/message/",
    "/admin/outbound/message/?status__exact=queued&when=7",
    "/admin/outbound/message/?status__exact=queued&when=yesterday&campaign__id__exact={campaign}",
    "/admin/outbound/message/?q=Maria&when=7&campaign__id__exact={campaign}",
    "/admin/outbound/message/export/csv/?status__exact=queued&when=30",
    "/admin/outbound/message/?q=%2B55+35+98800-1234",
    "/admin/outbound/message/?q=nothing-of-the-kind",
    "/admin/outbound/message/{message}/change/",
    "/admin/outbound/campaign/",
    "/admin/outbound/campaign/{campaign}/change/",
    "/admin/outbound/campaign/compose/",
    "/admin/outbound/recipient/",
    "/admin/outbound/template/",
    "/admin/outbound/integration/",
    "/admin/outbound/integration/{integration}/change/",
    "/admin/outbound/integration/{integration}/cancel-waiting/",
    "/admin/outbound/webhookevent/",
    "/admin/reports/",
]


@pytest.mark.parametrize("page", PAGES)
def test_query_count_does_not_grow_with_sends(operator: Client, page: str) -> None:
    sends(2)
    operator.get(addressed(page))  # content types are read once per process
    few = query_count(operator, addressed(page))
    sends(6)

    many = query_count(operator, addressed(page))

    assert many == few
    assert many <= MAX_QUERIES


@pytest.mark.parametrize("page", PAGES)
def test_page_stays_within_limit_without_worker_and_with_long_history(
    operator: Client, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends(2)
    for body in (b"event a", b"event b"):
        store(Arrival(Integration.objects.latest("pk").pk, body, timezone.now()))
    Heartbeat.objects.all().delete()
    monkeypatch.setattr("outbound.admin.base.pagination.CAP", 1)

    assert query_count(operator, addressed(page)) <= MAX_QUERIES


def addressed(page: str) -> str:
    latest = {
        model._meta.model_name: model.objects.latest("pk").pk for model in (Message, Campaign, Integration)
    }
    return page.format(**latest)
