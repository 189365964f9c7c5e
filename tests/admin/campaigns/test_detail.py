"""What the page of a send says of itself: how it stands, why it waits, until when, and who stopped it."""

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
def test_a_send_that_waits_by_itself_says_why_and_until_when(operator: Client, wait: Any, told: str) -> None:
    campaign = a_send(QUEUED)
    wait(campaign.integration)

    shown = page(operator, campaign)

    assert told in shown
    assert ">Waiting</span>" in shown


def test_a_send_that_is_through_waits_for_nothing(operator: Client) -> None:
    campaign = a_send(ACCEPTED)
    held(campaign.integration)

    shown = page(operator, campaign)

    assert ">Finished</span>" in shown
    assert "It goes on by itself" not in shown


def test_a_send_with_a_time_to_start_says_so(operator: Client) -> None:
    campaign = a_send(QUEUED, starts_at=timezone.now() + timedelta(days=1))

    shown = page(operator, campaign)

    assert ">Scheduled</span>" in shown
    assert "It starts on 26 Nov 2026 12:00 -03." in shown


def test_a_stopped_integration_comes_before_all_other_reasons(operator: Client) -> None:
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
def test_a_first_wave_is_told(operator: Client, people: int, values: dict[str, Any], told: bool) -> None:
    campaign = a_send(*[QUEUED] * people, **values)

    assert ("5 messages go first" in page(operator, campaign)) is told


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.CANCELLED])
def test_a_stopped_send_says_who_when_and_why(operator: Client, status: CampaignStatus) -> None:
    ana = an_operator(first_name="Ana")
    decided = {"status_reason": "Wrong price", "status_changed_by": ana, "status_changed_at": timezone.now()}

    shown = page(operator, a_send(QUEUED, status=status, **decided))

    assert f"{status.label.title()} by Ana on 25 Nov 2026 12:00 -03. Wrong price" in shown


def test_what_the_console_decided_is_told_in_the_reader_s_language(operator: Client) -> None:
    campaign = a_send(QUEUED, status=CampaignStatus.PAUSED, status_reason="Paused")

    shown = operator.get(address(campaign, "change"), headers={"accept-language": "pt-BR"}).content.decode()

    assert "Em pausa</span></p>" in shown


def test_a_paused_send_with_nothing_left_is_finished(operator: Client) -> None:
    campaign = a_send(ACCEPTED, status=CampaignStatus.PAUSED, status_changed_at=timezone.now())

    shown = page(operator, campaign)

    assert ">Finished</span>" in shown
    assert "Paused by" not in shown


def test_who_may_only_look_is_offered_nothing(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = a_send(REFUSED)

    shown = page(client, campaign)

    assert address(campaign, "copy") not in shown
    assert 'form="again"' not in shown


def test_the_list_knows_what_waits_and_asks_no_more_for_it(operator: Client) -> None:
    def questions() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as asked:
            shown = operator.get("/admin/outbound/campaign/", headers=ENGLISH).content.decode()
        return len(asked), shown

    a_send(QUEUED, starts_at=timezone.now() + timedelta(days=1))
    few, _shown = questions()
    for _number in range(3):
        held(a_send(QUEUED).integration)

    many, shown = questions()

    assert many == few
    assert "Scheduled" in shown
    assert shown.count("Waiting") == 3


def test_the_page_of_a_finished_send_asks_at_most_ten_questions(operator: Client) -> None:
    old = a_send(REFUSED, ACCEPTED)
    Campaign.objects.filter(pk=old.pk).update(launched_by=an_operator())

    with CaptureQueriesContext(connection) as asked:
        shown = page(operator, old)

    assert "Send the refused one again" in shown
    assert len(asked) <= 10
