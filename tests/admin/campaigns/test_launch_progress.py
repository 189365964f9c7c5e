"""The page of a send during its launch: progress, and stopping it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from outbound import roles
from outbound.lifecycle import CampaignStatus
from outbound.models import Campaign, Launch, Message
from outbound.sending.planning import launch as launching
from outbound.sending.planning.launcher import carry_out_next
from outbound.sending.planning.plan import plan
from tests.admin.campaigns.launching_send import half_written
from tests.admin.sends import address, page, post
from tests.builders import a_campaign, an_integration, an_operator
from tests.sending.steps import a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    user = an_operator()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    client.force_login(user)
    return client


@pytest.fixture
def large_from_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "LARGE", 1)


def reviewed(client: Client, draft: Campaign) -> Campaign:
    post(client, draft, "review", digest=plan(draft).digest)
    draft.refresh_from_db()
    return draft


def test_large_send_is_launched_by_the_worker(operator: Client, large_from_two: None) -> None:
    draft = reviewed(operator, a_draft(2))

    assert draft.status == CampaignStatus.LAUNCHING
    assert not draft.messages.exists()
    assert not OrmQ.objects.exists()
    assert carry_out_next()
    assert draft.messages.count() == 2


def test_small_send_is_launched_at_once(operator: Client) -> None:
    draft = reviewed(operator, a_draft(2))

    assert draft.status == CampaignStatus.RUNNING
    assert draft.messages.count() == 2


def test_large_send_changed_since_review_is_not_launched(operator: Client, large_from_two: None) -> None:
    draft = a_draft(2)

    shown = post(operator, draft, "review", digest="another").content.decode()

    draft.refresh_from_db()
    assert draft.is_draft
    assert "Something changed since you looked" in shown


def test_second_click_launches_once(operator: Client, large_from_two: None) -> None:
    draft = reviewed(operator, a_draft(2))

    reviewed(operator, draft)

    assert Launch.objects.count() == 1


def test_page_refreshes_the_progress(operator: Client) -> None:
    shown = page(operator, half_written())

    assert "2 of 3 messages prepared" in shown
    assert 'role="progressbar"' in shown
    assert 'aria-valuenow="66"' in shown
    assert 'id="progress" data-live="2000"' in shown
    assert "Nothing goes out before every message is prepared" in shown
    assert "All its messages" not in shown


def test_page_says_that_no_worker_is_at_work(operator: Client) -> None:
    campaign = half_written()
    fresh = page(operator, campaign)
    Launch.objects.update(lease_until=timezone.now() - timedelta(minutes=1))

    late = page(operator, campaign)

    assert "Nobody is preparing it" not in fresh
    assert "Nobody is preparing it" in late


def test_stopped_launch_becomes_a_draft_with_the_reason(operator: Client) -> None:
    campaign = half_written()
    assert address(campaign, "stop") in page(operator, campaign)

    post(operator, campaign, "stop")
    taken_back = page(operator, campaign)
    assert carry_out_next()

    assert "It is taken back" in taken_back
    assert "its preparation was stopped" in page(operator, campaign)
    assert "its preparation was stopped" in page(operator, campaign, "review")
    campaign.refresh_from_db()
    assert campaign.is_draft
    assert not Message.objects.exists()


@pytest.mark.parametrize("action", ["pause", "cancel", "resume"])
def test_launch_cannot_be_paused_or_cancelled(operator: Client, action: str) -> None:
    campaign = half_written()

    shown = post(operator, campaign, action).content.decode()

    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.LAUNCHING
    assert "still being prepared" in shown


def test_stopping_needs_the_permission(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = half_written()

    assert client.post(address(campaign, "stop")).status_code == 403
    assert not Launch.objects.exclude(withdrawn="").exists()


def test_running_send_cannot_be_stopped(operator: Client) -> None:
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=an_integration())

    assert "is not being prepared" in post(operator, campaign, "stop").content.decode()
