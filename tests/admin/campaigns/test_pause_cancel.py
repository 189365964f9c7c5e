"""The confirmations to pause, resume and cancel a send."""

from __future__ import annotations

import pytest
from django.test import Client
from django_q.conf import Conf
from django_q.models import OrmQ

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.sending.limits import canary
from tests.admin.sends import a_send, address, page, post, status
from tests.builders import an_operator

pytestmark = pytest.mark.django_db

STEER = ("outbound.view_campaign", "outbound.steer_campaign")
QUEUED, SENDING = MessageStatus.QUEUED, MessageStatus.SENDING
RUNNING, PAUSED, CANCELLED = CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.CANCELLED


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(an_operator(*STEER))
    return client


@pytest.mark.parametrize(
    ("before", "statuses", "offered"),
    [
        (RUNNING, [QUEUED], {"pause", "cancel"}),
        (RUNNING, [SENDING], {"pause", "cancel"}),
        (RUNNING, [MessageStatus.ACCEPTED], set()),
        (PAUSED, [QUEUED], {"resume", "cancel"}),
        (PAUSED, [MessageStatus.ACCEPTED], set()),
        (CANCELLED, [SENDING], set()),
    ],
)
def test_buttons_depend_on_the_status(
    operator: Client, before: CampaignStatus, statuses: list[MessageStatus], offered: set[str]
) -> None:
    campaign = a_send(*statuses, status=before)

    shown = page(operator, campaign)

    assert {
        action for action in ("pause", "resume", "cancel") if address(campaign, action) in shown
    } == offered


def test_without_permission_there_are_no_buttons(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = a_send(QUEUED)

    shown = page(client, campaign)

    assert address(campaign, "pause") not in shown


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_without_permission_actions_are_refused(client: Client, action: str) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = a_send(QUEUED, status=PAUSED if action == "resume" else RUNNING)
    before = status(campaign)

    assert client.get(address(campaign, action)).status_code == 403
    assert post(client, campaign, action, reason="Because").status_code == 403

    assert status(campaign) == before


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_page_counts_messages_and_changes_nothing(operator: Client, action: str) -> None:
    campaign = a_send(QUEUED, QUEUED, SENDING)

    shown = page(operator, campaign, action)

    assert "2 messages wait" in shown
    assert "1 message is under way at this very moment and may still go out." in shown
    assert status(campaign) == RUNNING


def test_pause(operator: Client) -> None:
    campaign = a_send(QUEUED)

    shown = post(operator, campaign, "pause", reason="Wrong price").content.decode()

    assert status(campaign) == PAUSED
    assert "Paused by operator" in shown
    assert "Wrong price" in shown


def test_pause_and_resume_need_no_reason(operator: Client) -> None:
    campaign = a_send(QUEUED)

    post(operator, campaign, "pause")
    paused = status(campaign)
    post(operator, campaign, "resume")

    assert (paused, status(campaign)) == (PAUSED, RUNNING)


def test_resume_wakes_the_sender(operator: Client) -> None:
    campaign = a_send(QUEUED, status=PAUSED)
    before = OrmQ.objects.count()

    post(operator, campaign, "resume")

    assert Conf.ORM is None or OrmQ.objects.count() == before + 1


def test_resume_after_failed_first_wave_says_that_all_go(operator: Client) -> None:
    campaign = a_send(QUEUED, status=PAUSED, status_reason=canary.NONE_TAKEN)

    shown = page(operator, campaign, "resume")

    assert canary.NONE_TAKEN in shown
    assert "All of them go then" in shown


def test_reason_of_the_console_is_translated(operator: Client) -> None:
    campaign = a_send(QUEUED, status=PAUSED, status_reason="Paused")

    shown = operator.get(address(campaign, "change"), headers={"accept-language": "pt-BR"}).content.decode()

    assert "Em pausa</span></p>" in shown


def test_cancel_needs_a_reason(operator: Client) -> None:
    campaign = a_send(QUEUED)

    shown = post(operator, campaign, "cancel", reason=" ").content.decode()

    assert "This cannot be undone" in shown
    assert status(campaign) == RUNNING


def test_cancel(operator: Client) -> None:
    campaign = a_send(QUEUED, QUEUED, SENDING)

    shown = post(operator, campaign, "cancel", reason="Wrong price").content.decode()

    assert status(campaign) == CANCELLED
    assert "Cancelled. 2 messages will not be sent." in shown
    assert "Cancelled by operator" in shown
    assert campaign.messages.filter(status=MessageStatus.CANCELLED).count() == 2


@pytest.mark.parametrize(
    ("action", "before", "statuses"),
    [
        ("pause", PAUSED, [QUEUED]),
        ("resume", RUNNING, [QUEUED]),
        ("cancel", CANCELLED, [QUEUED]),
        ("pause", CANCELLED, [QUEUED]),
        ("resume", CANCELLED, [QUEUED]),
        ("pause", RUNNING, [MessageStatus.ACCEPTED]),
        ("cancel", RUNNING, [MessageStatus.ACCEPTED]),
        ("cancel", CampaignStatus.DRAFT, []),
    ],
)
def test_impossible_action_changes_nothing(
    operator: Client, action: str, before: CampaignStatus, statuses: list[MessageStatus]
) -> None:
    campaign = a_send(*statuses, status=before)

    response = operator.post(address(campaign, action), {"reason": "Because"})

    assert response.status_code == 302
    assert status(campaign) == before
    assert not campaign.messages.filter(status=MessageStatus.CANCELLED).exists()
