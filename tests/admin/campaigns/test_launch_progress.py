"""A send that is being prepared: seen on its own page, stopped there, and part of nothing else."""

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


def test_a_large_send_is_left_to_the_worker(operator: Client, large_from_two: None) -> None:
    draft = reviewed(operator, a_draft(2))

    assert draft.status == CampaignStatus.LAUNCHING
    assert not draft.messages.exists()
    assert not OrmQ.objects.exists()
    assert carry_out_next()
    assert draft.messages.count() == 2


def test_a_small_send_is_on_its_way_at_once(operator: Client) -> None:
    draft = reviewed(operator, a_draft(2))

    assert draft.status == CampaignStatus.RUNNING
    assert draft.messages.count() == 2


def test_a_large_send_that_changed_since_its_review_is_not_begun(
    operator: Client, large_from_two: None
) -> None:
    draft = a_draft(2)

    shown = post(operator, draft, "review", digest="another").content.decode()

    draft.refresh_from_db()
    assert draft.is_draft
    assert "Something changed since you looked" in shown


def test_a_second_click_prepares_nothing_twice(operator: Client, large_from_two: None) -> None:
    draft = reviewed(operator, a_draft(2))

    reviewed(operator, draft)

    assert Launch.objects.count() == 1


def test_its_page_counts_along_by_itself(operator: Client) -> None:
    shown = page(operator, half_written())

    assert "2 of 3 messages prepared" in shown
    assert 'role="progressbar"' in shown
    assert 'aria-valuenow="66"' in shown
    assert 'id="progress" data-live="2000"' in shown
    assert "Nothing goes out before every message is prepared" in shown
    assert "All its messages" not in shown


def test_its_page_says_when_nobody_prepares_it(operator: Client) -> None:
    campaign = half_written()
    fresh = page(operator, campaign)
    Launch.objects.update(lease_until=timezone.now() - timedelta(minutes=1))

    late = page(operator, campaign)

    assert "Nobody is preparing it" not in fresh
    assert "Nobody is preparing it" in late


def test_it_is_stopped_there_and_becomes_a_draft_that_says_so(operator: Client) -> None:
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
def test_it_is_neither_paused_nor_cancelled(operator: Client, action: str) -> None:
    campaign = half_written()

    shown = post(operator, campaign, action).content.decode()

    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.LAUNCHING
    assert "still being prepared" in shown


def test_stopping_asks_for_the_right_to_steer(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = half_written()

    assert client.post(address(campaign, "stop")).status_code == 403
    assert not Launch.objects.exclude(withdrawn="").exists()


def test_what_runs_already_is_not_stopped(operator: Client) -> None:
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=an_integration())

    assert "is not being prepared" in post(operator, campaign, "stop").content.decode()
