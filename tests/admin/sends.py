"""Builds a campaign in any state, and fetches its pages in English."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign
from tests.builders import a_campaign, a_message, a_template, an_integration

ENGLISH = {"accept-language": "en"}


def a_send(*statuses: MessageStatus, **values: Any) -> Campaign:
    """Create a launched campaign with one message of each of `statuses`."""
    integration = values.pop("integration", None) or an_integration()
    defaults = {
        "status": CampaignStatus.RUNNING,
        "launched_at": timezone.now(),
        "template": a_template(body="Hello."),
    }
    campaign = a_campaign(integration=integration, **(defaults | values))
    for status in statuses:
        a_message(campaign=campaign, integration=integration, status=status)
    return campaign


def address(campaign: Campaign, action: str) -> str:
    return reverse(f"admin:outbound_campaign_{action}", args=[campaign.pk])


def page(client: Client, campaign: Campaign, action: str = "change") -> str:
    return client.get(address(campaign, action), headers=ENGLISH, follow=True).content.decode()


def post(client: Client, campaign: Campaign, action: str, **posted: str) -> HttpResponse:
    return client.post(address(campaign, action), posted, headers=ENGLISH, follow=True)


def status(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).status
