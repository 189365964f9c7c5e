"""A failure may stop or hold its integration, or pause its template."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, Hold, IntegrationStatus
from outbound.models import Campaign, Integration, Message, Template, Throttle
from outbound.tracking.effects import ACCOUNT_STOPPED, SLOW_DOWN, TEMPLATE_PAUSED
from tests.builders import a_campaign, a_template, an_integration
from tests.tracking.events import a_sent_message, a_status, processed

pytestmark = pytest.mark.django_db


def failed(message: Message, code: str) -> None:
    cause = {"channelErrorCode": code, "reason": "why"}
    processed(message.integration, a_status("NOT_DELIVERED", message.external_id, cause=cause))


@pytest.mark.parametrize("code", ["131031", "368", "131048", "190", "250"])
def test_blocked_account_stops_its_integration(code: str) -> None:
    message = a_sent_message()

    failed(message, code)

    integration = Integration.objects.get(pk=message.integration_id)
    assert (integration.status, integration.status_reason) == (IntegrationStatus.STOPPED, ACCOUNT_STOPPED)


def test_copy_of_a_failure_does_not_stop_a_resumed_integration() -> None:
    message = a_sent_message()
    failed(message, "131031")
    Integration.objects.resume(reason="", by=None, now=timezone.now())

    failed(message, "131031")

    assert Integration.objects.get(pk=message.integration_id).status == IntegrationStatus.ACTIVE


@pytest.mark.parametrize("code", ["130429", "80007"])
def test_rate_limit_failure_holds_the_integration(code: str) -> None:
    message = a_sent_message()

    failed(message, code)

    throttle = Throttle.objects.get()
    assert throttle.hold == Hold.ASKED
    assert timedelta(0) < throttle.held_until - timezone.now() <= SLOW_DOWN + timedelta(seconds=1)


@pytest.mark.parametrize("code", ["132015", "132016"])
def test_paused_template_pauses_its_campaigns(code: str) -> None:
    template, integration = a_template(), an_integration()
    campaign = a_campaign(template=template, integration=integration, status=CampaignStatus.RUNNING)
    other = a_campaign(template=a_template(), integration=integration, status=CampaignStatus.RUNNING)

    failed(a_sent_message(campaign=campaign, integration=integration), code)

    template.refresh_from_db()
    assert (template.paused_at is not None, template.paused_reason) == (True, TEMPLATE_PAUSED)
    assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.PAUSED
    assert Campaign.objects.get(pk=other.pk).status == CampaignStatus.RUNNING


@pytest.mark.parametrize("code", ["131026", "131047", "131049", "999999", ""])
def test_other_failures_stop_nothing(code: str) -> None:
    message = a_sent_message()

    failed(message, code)

    assert Integration.objects.get(pk=message.integration_id).status == IntegrationStatus.ACTIVE
    assert not Throttle.objects.exists()
    assert not Template.objects.exclude(paused_at=None).exists()
