"""Lanes: what may be sent at this moment, who comes first, and when there will be more."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, IntegrationStatus, MessageStatus
from outbound.models import Campaign, Integration, Message, Throttle
from outbound.sending.limits import backpressure, eligible
from tests.builders import a_campaign, a_message, an_integration
from tests.sending.steps import a_launched, claimed, later

pytestmark = pytest.mark.django_db


def campaigns_of(taken: list) -> Counter[int]:
    rows = Message.objects.filter(pk__in=[one.message_id for one in taken])
    return Counter(rows.values_list("campaign_id", flat=True))


def test_a_small_send_does_not_wait_behind_a_large_one() -> None:
    integration = an_integration()
    large = a_launched(people=50, integration=integration)
    small = a_launched(people=2, integration=integration)

    taken = claimed(limit=10)

    assert campaigns_of(taken) == {large.pk: 8, small.pk: 2}


def test_each_integration_has_slots_of_its_own() -> None:
    first, second = a_launched(people=10), a_launched(people=10)

    assert campaigns_of(claimed(limit=4)) == {first.pk: 4, second.pk: 4}


def test_hundreds_of_sends_at_once_are_not_too_many() -> None:
    integration = an_integration()
    sends = [a_launched(integration=integration) for _number in range(40)]
    far = [
        a_message(
            campaign=a_campaign(integration=integration, status="running"),
            integration=integration,
            due_at=later(days=1),
            external_id=f"far-{number}",
        )
        for number in range(520)
    ]

    taken = [one for _claim in range(3) for one in claimed(limit=100)]

    assert campaigns_of(taken) == {one.pk: 1 for one in sends}
    assert Message.objects.filter(status=MessageStatus.QUEUED).count() == len(far)


def test_where_there_is_a_place_for_one_row_each_send_gets_it_at_times() -> None:
    integration = an_integration()
    large = a_launched(people=50, integration=integration)
    small = a_launched(people=1, integration=integration)

    for _claim in range(50):  # all of which go to the large one once in 10^15
        claimed(limit=1)

    assert not small.messages.filter(status=MessageStatus.QUEUED).exists()
    assert large.messages.filter(status=MessageStatus.QUEUED).count() == 1


def test_a_paused_send_in_front_hides_nobody_behind_it() -> None:
    integration = an_integration()
    paused = a_launched(people=50, integration=integration)
    behind = a_launched(people=3, integration=integration)
    Campaign.objects.filter(pk=paused.pk).update(status=CampaignStatus.PAUSED)

    assert campaigns_of(claimed(limit=10)) == {behind.pk: 3}


def test_a_send_whose_time_ran_out_is_left_alone() -> None:
    campaign = a_launched(people=2)
    Campaign.objects.filter(pk=campaign.pk).update(not_after=later(hours=1))

    assert claimed(now=later(hours=2)) == []


@time_machine.travel("2026-11-25T12:00-03:00")
def test_outside_the_hours_nothing_is_taken() -> None:
    a_launched(integration=an_integration(opens_at=time(13), closes_at=time(14)))

    assert claimed() == []
    assert len(claimed(now=later(minutes=61))) == 1


def test_a_daily_limit_is_never_exceeded() -> None:
    a_launched(people=10, integration=an_integration(per_day=4))

    taken = claimed(limit=3) + claimed(limit=3) + claimed(limit=3)

    assert len(taken) == 4


def test_the_pace_holds_from_one_claim_to_the_next() -> None:
    a_launched(people=50, integration=an_integration(per_second=20))
    now = timezone.now()

    first = claimed(now=now)
    at_once = claimed(now=now)
    a_second_later = claimed(now=now + timedelta(seconds=1))

    assert (len(first), len(at_once)) == (2, 0)
    assert len(a_second_later) == 2  # what was not asked for in time is not made up for


def test_while_the_gateway_is_out_one_row_tries() -> None:
    integration = an_integration()
    Throttle.objects.create(integration=integration, trips=1, outages=5)
    a_launched(people=10, integration=integration)

    assert len(claimed()) == 1
    assert claimed() == []


def test_lanes_cost_as_much_with_many_finished_sends_as_with_one() -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            eligible.ready_integrations(timezone.now())
        return len(captured)

    a_launched(people=3)
    before = statements()
    for _number in range(5):
        a_launched(people=1)
    Message.objects.filter(campaign__gt=Campaign.objects.first()).update(status=MessageStatus.ACCEPTED)

    assert statements() == before


# -- when there is something to do --------------------------------------------------------------------------


def test_with_nothing_queued_there_is_no_next_moment() -> None:
    assert eligible.next_due_at(timezone.now()) is None
    assert eligible.waiting_since(timezone.now()) is None


def test_the_next_moment_is_the_soonest_due_one() -> None:
    a_launched(people=2)
    first, second = Message.objects.order_by("id")
    soon, late = later(minutes=1), later(minutes=2)
    Message.objects.filter(pk=first.pk).update(due_at=late)
    Message.objects.filter(pk=second.pk).update(due_at=soon)

    assert eligible.next_due_at(timezone.now()) == soon


def test_the_next_moment_waits_for_what_the_gateway_asked_for() -> None:
    integration, until = an_integration(), later(minutes=5)
    Throttle.objects.create(integration=integration, held_until=until)
    a_launched(integration=integration)

    assert eligible.next_due_at(timezone.now()) == until
    assert eligible.waiting_since(timezone.now()) is None


@pytest.mark.parametrize("model", [Campaign, Integration])
def test_what_a_person_paused_is_not_waiting_for_a_sender(model: type) -> None:
    a_launched()
    model.objects.update(status=IntegrationStatus.PAUSED)

    assert eligible.waiting_since(later(hours=1)) is None


def test_what_could_be_sent_waits_since_it_was_due() -> None:
    a_launched()

    assert eligible.waiting_since(later(hours=1)) == Message.objects.get().due_at


# -- in words -----------------------------------------------------------------------------------------------


def test_an_open_integration_waits_for_nothing() -> None:
    assert backpressure.current(an_integration(), timezone.now()) is None


def test_a_wait_has_a_reason_and_an_end() -> None:
    integration, until = an_integration(), later(minutes=5)
    Throttle.objects.create(integration=integration, held_until=until, hold="asked")

    wait = backpressure.current(integration, timezone.now())

    assert wait is not None
    assert wait.until == until
    assert wait.reason


def test_hours_and_day_are_told_apart() -> None:
    now = timezone.localtime().replace(hour=12)
    by_hours = an_integration(opens_at=time(14), closes_at=time(18))
    by_day = an_integration(per_day=1)
    Throttle.objects.create(integration=by_day, day=now.date(), used=1)

    reasons = {backpressure.current(one, now).reason for one in (by_hours, by_day)}

    assert len(reasons) == 2


def test_of_two_waits_the_one_that_ends_last_is_named() -> None:
    now = timezone.localtime().replace(hour=12)
    integration = an_integration(opens_at=time(14), closes_at=time(18))
    Throttle.objects.create(integration=integration, held_until=now + timedelta(minutes=1), hold="asked")
    by_hours = an_integration(opens_at=time(14), closes_at=time(18))

    assert backpressure.current(integration, now) == backpressure.current(by_hours, now)


@pytest.mark.parametrize("model", [Campaign, Integration])
def test_a_pause_between_two_claims_holds_for_the_second(model: type) -> None:
    a_launched(people=5)
    claimed(1)
    assert claimed(1)

    model.objects.update(status=IntegrationStatus.PAUSED)

    assert claimed() == []


def test_a_send_that_is_missed_once_is_found_by_the_next_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    a_launched(people=3)
    lock_running, seen = eligible._lock_running, list[bool]()

    def missed_once() -> Any:
        seen.append(True)
        return lock_running() if len(seen) > 1 else []

    monkeypatch.setattr(eligible, "_lock_running", missed_once)

    assert claimed() == []
    assert len(claimed()) == 3
