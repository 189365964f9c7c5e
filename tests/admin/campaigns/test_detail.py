"""The page of a send: its state, why it waits and until when, and who paused or cancelled it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, Hold, IntegrationStatus, MessageStatus
from outbound.models import Campaign, Integration, Throttle
from outbound.sending.limits import canary
from tests.admin.sends import ENGLISH, a_send, address, page
from tests.builders import an_integration, an_operator

pytestmark = pytest.mark.django_db

NOON = "2026-11-25T12:00:00-03:00"
RIGHTS = ("outbound.view_campaign", "outbound.steer_campaign", "outbound.add_campaign")
QUEUED, ACCEPTED, REFUSED = MessageStatus.QUEUED, MessageStatus.ACCEPTED, MessageStatus.REFUSED


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(datetime.fromisoformat(NOON), tick=False):
        yield


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(an_operator(*RIGHTS))
    return client


def held(integration: Integration) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    Throttle.objects.create(integration=integration, held_until=soon, hold=Hold.ASKED)


def closed(integration: Integration) -> None:
    integration.opens_at, integration.closes_at = time(14), time(18)
    integration.save()


def used_up(integration: Integration) -> None:
    integration.per_day = 10
    integration.save()
    Throttle.objects.create(integration=integration, day=date(2026, 11, 25), used=10)


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        (held, "The gateway asked to wait. It goes on by itself on 25 Nov 2026 12:05 -03."),
        (closed, "It is outside the allowed hours. It goes on by itself on 25 Nov 2026 14:00 -03."),
        (used_up, "for today is reached. It goes on by itself on 26 Nov 2026 00:00 -03."),
    ],
)
def test_waiting_send_says_why_and_until_when(operator: Client, wait: Any, told: str) -> None:
    campaign = a_send(QUEUED)
    wait(campaign.integration)

    shown = page(operator, campaign)

    assert told in shown
    assert ">Waiting</span>" in shown


def test_finished_send_shows_no_wait(operator: Client) -> None:
    campaign = a_send(ACCEPTED)
    held(campaign.integration)

    shown = page(operator, campaign)

    assert ">Finished</span>" in shown
    assert "It goes on by itself" not in shown


def test_scheduled_send_says_when_it_starts(operator: Client) -> None:
    campaign = a_send(QUEUED, starts_at=timezone.now() + timedelta(days=1))

    shown = page(operator, campaign)

    assert ">Scheduled</span>" in shown
    assert "It starts on 26 Nov 2026 12:00 -03." in shown


def test_stopped_integration_comes_before_other_reasons(operator: Client) -> None:
    stopped = an_integration(status=IntegrationStatus.STOPPED)
    held(stopped)

    shown = page(operator, a_send(QUEUED, integration=stopped))

    assert ">Waiting for its integration</span>" in shown
    assert "It goes on by itself" not in shown


@pytest.mark.parametrize(
    ("people", "values", "told"),
    [
        (canary.MIN_RECIPIENTS + 1, {}, True),
        (canary.MIN_RECIPIENTS, {}, False),
        (canary.MIN_RECIPIENTS + 1, {"first_wave": False}, False),
        (canary.MIN_RECIPIENTS + 1, {"first_wave_passed_at": datetime.fromisoformat(NOON)}, False),
    ],
)
def test_large_send_shows_its_first_wave(
    operator: Client, people: int, values: dict[str, Any], told: bool
) -> None:
    campaign = a_send(*[QUEUED] * people, **values)

    assert ("5 messages go first" in page(operator, campaign)) is told


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.CANCELLED])
def test_paused_or_cancelled_send_shows_author_moment_and_reason(
    operator: Client, status: CampaignStatus
) -> None:
    ana = an_operator(first_name="Ana")
    decided = {"status_reason": "Wrong price", "status_changed_by": ana, "status_changed_at": timezone.now()}

    shown = page(operator, a_send(QUEUED, status=status, **decided))

    assert f"{status.label.title()} by Ana on 25 Nov 2026 12:00 -03. Wrong price" in shown


def test_reason_of_the_console_is_translated(operator: Client) -> None:
    campaign = a_send(QUEUED, status=CampaignStatus.PAUSED, status_reason="Paused")

    shown = operator.get(address(campaign, "change"), headers={"accept-language": "pt-BR"}).content.decode()

    assert "Em pausa</span></p>" in shown


def test_paused_send_without_queued_messages_is_finished(operator: Client) -> None:
    campaign = a_send(ACCEPTED, status=CampaignStatus.PAUSED, status_changed_at=timezone.now())

    shown = page(operator, campaign)

    assert ">Finished</span>" in shown
    assert "Paused by" not in shown


def test_view_permission_offers_no_actions(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = a_send(REFUSED)

    shown = page(client, campaign)

    assert address(campaign, "copy") not in shown
    assert 'form="again"' not in shown


def test_list_shows_waiting_sends_without_more_queries(operator: Client) -> None:
    def queries() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as asked:
            shown = operator.get("/admin/outbound/campaign/", headers=ENGLISH).content.decode()
        return len(asked), shown

    a_send(QUEUED, starts_at=timezone.now() + timedelta(days=1))
    few, _shown = queries()
    for _number in range(3):
        held(a_send(QUEUED).integration)

    many, shown = queries()

    assert many == few
    assert "Scheduled" in shown
    assert shown.count("Waiting") == 3


def test_page_of_finished_send_takes_at_most_ten_queries(operator: Client) -> None:
    old = a_send(REFUSED, ACCEPTED)
    Campaign.objects.filter(pk=old.pk).update(launched_by=an_operator())

    with CaptureQueriesContext(connection) as asked:
        shown = page(operator, old)

    assert "Send the refused one again" in shown
    assert len(asked) <= 10
