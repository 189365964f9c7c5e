"""Odd values in addresses and hidden fields break no page."""

from __future__ import annotations

import pytest
from django.test import Client

from outbound.lifecycle import CampaignKind
from tests.builders import a_campaign, an_integration, an_operator

pytestmark = pytest.mark.django_db
HUGE = "99999999999999999999"


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(an_operator(is_superuser=True))
    return client


@pytest.mark.parametrize(
    "address",
    [
        f"outbound/message/{HUGE}/change/",
        f"outbound/campaign/{HUGE}/change/",
        f"outbound/campaign/{HUGE}/review/",
        "outbound/message/\u0661/change/",
        "outbound/message/?p=-1",
        "outbound/message/?o=999",
        f"outbound/message/?q={'x' * 10_000}",
        "outbound/message/?q=%00",
        "outbound/campaign/compose/recipients/?q=%00",
        f"outbound/campaign/compose/?integration={HUGE}",
        "search/?s=x&page=abc",
        "search/?s=x&page=99",
    ],
)
def test_odd_address_is_answered_without_an_error(root: Client, address: str) -> None:
    response = root.get(f"/admin/{address}")

    assert response.status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("content", ['{"type": ["x"]}', '{"type": {"a": 1}}', '{"type": 1}', "[" * 3000])
@pytest.mark.parametrize("page", ["compose/", "compose/preview/"])
def test_odd_content_is_answered_without_an_error(root: Client, page: str, content: str) -> None:
    form = {"kind": CampaignKind.NOTIFICATION, "content": content}

    response = root.post(f"/admin/outbound/campaign/{page}", form)

    assert response.status_code == 200


@pytest.mark.parametrize("page", ["compose/", "compose/preview/"])
def test_impossible_recipient_is_answered_without_an_error(root: Client, page: str) -> None:
    response = root.post(f"/admin/outbound/campaign/{page}", {"recipients": [HUGE, "abc", "-1"]})

    assert response.status_code == 200


def test_sent_draft_is_not_discarded(root: Client) -> None:
    campaign = a_campaign(integration=an_integration(), status="running")

    response = root.post(f"/admin/outbound/campaign/{campaign.pk}/discard/")

    campaign.refresh_from_db()
    assert response.url.endswith(f"/campaign/{campaign.pk}/change/")
