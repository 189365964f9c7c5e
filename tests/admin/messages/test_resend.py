"""Resending messages that were resolved as not sent."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from tests.builders import a_campaign, a_message, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

PAGE = "/admin/outbound/message/doubts/again/"


@pytest.fixture
def composer(client: Client) -> Client:
    client.force_login(
        an_operator("outbound.view_message", "outbound.add_campaign", "outbound.view_campaign")
    )
    return client


def assumed_not_sent(count: int = 1) -> list[Message]:
    integration = an_integration()
    campaign = a_campaign(
        integration=integration, template=a_template(body="Hi."), status=CampaignStatus.RUNNING
    )
    return [
        a_message(campaign=campaign, integration=integration, status=MessageStatus.ASSUMED_NOT_SENT)
        for _number in range(count)
    ]


def offered(client: Client, query: str = "") -> list[tuple[int, int]]:
    return [(send.pk, send.count) for send in client.get(f"{PAGE}{query}").context["sends"]]


def test_page_lists_campaigns_with_messages_not_resent(composer: Client) -> None:
    first, second = assumed_not_sent(2)
    a_message(resend_of=second)
    [other] = assumed_not_sent()

    assert offered(composer) == [(other.campaign_id, 1), (first.campaign_id, 1)]


def test_message_parameter_limits_the_list(composer: Client) -> None:
    named, _other = assumed_not_sent(2)

    assert offered(composer, f"?message={named.pk}") == [(named.campaign_id, 1)]


@pytest.mark.parametrize("query", ["?at=x", "?at=" + "9" * 400, "?message=x", "?at=-1"])
def test_invalid_query_lists_nothing(composer: Client, query: str) -> None:
    assumed_not_sent()

    assert offered(composer, query) == []


def test_get_creates_no_draft(composer: Client) -> None:
    assumed_not_sent()

    composer.get(PAGE)

    assert not Campaign.objects.filter(status=CampaignStatus.DRAFT).exists()


def test_post_creates_linked_draft_for_these_people(composer: Client) -> None:
    named, _other = assumed_not_sent(2)

    response = composer.post(f"{PAGE}?message={named.pk}", {"campaign": named.campaign_id})

    draft = Campaign.objects.get(status=CampaignStatus.DRAFT)
    assert response.url == reverse("admin:outbound_campaign_review", args=[draft.pk])
    assert draft.again_of == named.campaign
    assert list(draft.recipients.all()) == [named.recipient]


def test_no_draft_is_created_when_nothing_is_left(composer: Client) -> None:
    [message] = assumed_not_sent()
    Message.objects.update(status=MessageStatus.ACCEPTED)

    response = composer.post(PAGE, {"campaign": message.campaign_id})

    assert response.url == "/admin/outbound/message/doubts/"
    assert not Campaign.objects.filter(status=CampaignStatus.DRAFT).exists()


@pytest.mark.parametrize("campaign", ["", "x", "0"])
def test_unknown_campaign_is_404(composer: Client, campaign: str) -> None:
    response = composer.post(PAGE, {"campaign": campaign})

    assert response.status_code == 404
