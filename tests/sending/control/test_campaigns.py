"""Pausing, resuming and cancelling a send; the next claim already sees it, and the audit log has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message
from outbound.sending.control import campaigns
from outbound.sending.limits import canary
from tests.builders import a_campaign, an_integration, an_operator
from tests.sending.steps import a_launched, at_once, claimed, statuses

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BY = {"reason": "Wrong price", "by": None, "now": NOW}
RUNNING, PAUSED, CANCELLED = CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.CANCELLED


def status(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).status


def test_paused_send_is_not_claimed() -> None:
    campaign = a_launched(2)

    assert campaigns.pause(campaign, **BY)

    assert claimed() == []
    assert statuses() == {MessageStatus.QUEUED: 2}


def test_resumed_send_is_claimed() -> None:
    campaign = a_launched(2)
    campaigns.pause(campaign, **BY)

    assert campaigns.resume(campaign, **BY)

    assert len(claimed()) == 2


def test_pause_stores_reason_author_and_moment() -> None:
    campaign, ana = a_launched(), an_operator()

    campaigns.pause(campaign, reason="x" * 400, by=ana, now=NOW)

    kept = Campaign.objects.get()
    assert (kept.status_reason, kept.status_changed_by, kept.status_changed_at) == ("x" * 300, ana, NOW)


@pytest.mark.parametrize("before", [CampaignStatus.DRAFT, PAUSED, CANCELLED])
def test_only_running_send_can_be_paused(before: CampaignStatus) -> None:
    campaign = a_campaign(status=before, status_reason="As it was")

    paused = campaigns.pause(campaign, **BY)

    assert not paused
    assert status(campaign) == before
    assert campaign.status_reason == "As it was"


@pytest.mark.parametrize("before", [CampaignStatus.DRAFT, RUNNING, CANCELLED])
def test_only_paused_send_can_be_resumed(before: CampaignStatus) -> None:
    campaign = a_campaign(status=before)

    resumed = campaigns.resume(campaign, **BY)

    assert not resumed
    assert status(campaign) == before


def test_send_changed_meanwhile_is_refreshed() -> None:
    campaign = a_launched()
    campaigns.cancel(Campaign.objects.get(), **BY)

    paused = campaigns.pause(campaign, **BY)

    assert not paused
    assert campaign.status == CANCELLED


@pytest.mark.parametrize("before", [RUNNING, PAUSED])
def test_cancel_takes_queued_messages_and_leaves_those_under_way(before: CampaignStatus) -> None:
    campaign = a_launched(3)
    claimed(1)
    Campaign.objects.update(status=before)

    count = campaigns.cancel(campaign, **BY)

    assert count == 2
    assert statuses() == {MessageStatus.CANCELLED: 2, MessageStatus.SENDING: 1}
    assert status(campaign) == CANCELLED


@pytest.mark.parametrize("before", [CampaignStatus.DRAFT, CANCELLED])
def test_draft_and_cancelled_send_cannot_be_cancelled(before: CampaignStatus) -> None:
    assert campaigns.cancel(a_campaign(status=before), **BY) is None


def test_cancelled_send_cannot_be_resumed() -> None:
    campaign = a_launched()
    campaigns.cancel(campaign, **BY)

    assert not campaigns.resume(campaign, **BY)

    assert claimed() == []


def test_cancel_leaves_other_sends_alone() -> None:
    campaign, other = a_launched(), a_launched()

    campaigns.cancel(campaign, **BY)

    assert other.messages.get().status == MessageStatus.QUEUED


def test_cancel_waiting_cancels_every_open_send_of_the_integration() -> None:
    integration = an_integration()
    running, paused = a_launched(2, integration=integration), a_launched(1, integration=integration)
    campaigns.pause(paused, **BY)
    elsewhere = a_launched()

    count = campaigns.cancel_waiting(integration, **BY)

    assert count == 3
    assert {status(running), status(paused)} == {CANCELLED}
    assert status(elsewhere) == RUNNING


def test_cancel_waiting_leaves_finished_send_alone() -> None:
    campaign = a_launched()
    Message.objects.update(status=MessageStatus.ACCEPTED)

    count = campaigns.cancel_waiting(Integration.objects.get(), **BY)

    assert count == 0
    assert status(campaign) == RUNNING


def test_resume_after_failed_canary_lets_all_messages_go() -> None:
    campaign = a_campaign(status=PAUSED, status_reason=canary.NONE_TAKEN)

    campaigns.resume(campaign, **BY)

    assert campaign.first_wave_passed_at == NOW


def test_resume_after_a_persons_pause_does_not_end_the_canary() -> None:
    campaign = a_campaign(status=RUNNING)
    campaigns.pause(campaign, reason=canary.NONE_TAKEN, by=an_operator(), now=NOW)

    campaigns.resume(campaign, **BY)

    assert campaign.first_wave_passed_at is None


def test_resume_after_pause_by_deleted_account_does_not_end_the_canary() -> None:
    campaign = a_campaign(status=PAUSED, status_reason="Lunch", status_changed_by=None)

    campaigns.resume(campaign, **BY)

    assert campaign.first_wave_passed_at is None


def test_each_change_has_an_audit_entry() -> None:
    campaign, ana = a_launched(), an_operator()
    LogEntry.objects.all().delete()

    campaigns.pause(campaign, reason="Lunch", by=ana, now=NOW)
    campaigns.resume(campaign, reason="", by=ana, now=NOW)
    campaigns.cancel(campaign, reason="Wrong price", by=ana, now=NOW + timedelta(minutes=1))

    kept = LogEntry.objects.order_by("pk").values_list("additional_data__text", "changes", "actor")
    assert list(kept) == [
        ("Send paused", {"status": ["running", "paused"], "status_reason": ["", "Lunch"]}, ana.pk),
        ("Send resumed", {"status": ["paused", "running"], "status_reason": ["Lunch", ""]}, ana.pk),
        (
            "Send cancelled",
            {"status": ["running", "cancelled"], "status_reason": ["", "Wrong price"]},
            ana.pk,
        ),
    ]


def test_refused_pause_has_no_audit_entry() -> None:
    campaign = a_campaign(status=PAUSED)
    LogEntry.objects.all().delete()

    campaigns.pause(campaign, **BY)

    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_cancels_cancel_once() -> None:
    campaign = a_launched(5)

    counts = at_once(4, lambda: campaigns.cancel(Campaign.objects.get(pk=campaign.pk), **BY))

    assert sorted(counts, key=str) == [5, None, None, None]
