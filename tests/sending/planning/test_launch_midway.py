"""What changes, fails or is paused while a launch is under way, and what is left of it then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Message, Recipient, SummaryDay
from outbound.sending.planning import launch_lease, message_rows
from outbound.sending.planning.launch import CHANGED, FAILED, PlanChanged, carry_out, launch
from outbound.sending.planning.launcher import carry_out_next
from outbound.tracking import effects
from tests.sending.planning.launches import (
    PEOPLE,
    a_begun,
    after_the_first_batch,
    assert_draft_again,
    assert_launched,
    batch_by_batch,  # noqa: F401
    failing,
    lease_over,
    taken,
)
from tests.sending.planning.test_launch_many import a_draft_for
from tests.sending.steps import claimed, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("batch_by_batch")]


def test_what_changed_midway_goes_to_nobody_and_says_so() -> None:
    campaign = a_begun()
    last = campaign.recipients.order_by("pk").last()
    assert last is not None

    with after_the_first_batch(lambda: Recipient.objects.filter(pk=last.pk).update(name="Another")):
        assert carry_out_next()

    assert_draft_again(campaign, CHANGED)


def test_who_opts_out_before_their_row_is_written_is_a_changed_plan() -> None:
    campaign = a_begun()
    last = campaign.recipients.order_by("pk").last()
    assert last is not None

    with after_the_first_batch(lambda: last.set_opted_out(timezone.now())):
        assert carry_out_next()

    assert_draft_again(campaign, CHANGED)


def test_who_opts_out_after_their_row_is_written_is_left_out_by_the_claim() -> None:
    campaign = a_begun()
    first = campaign.recipients.order_by("pk").first()
    assert first is not None

    with after_the_first_batch(lambda: first.set_opted_out(timezone.now())):
        assert carry_out_next()
    claimed()

    assert_status(first, MessageStatus.SKIPPED)


def test_a_template_that_is_paused_midway_stops_the_launch() -> None:
    campaign = a_begun()

    with after_the_first_batch(lambda: effects.pause_templates([campaign.template_id], timezone.now())):
        assert carry_out_next()

    assert_draft_again(campaign, CHANGED)


def test_a_changed_plan_is_raised_for_whoever_waits_and_nothing_is_left() -> None:
    campaign = a_draft_for(PEOPLE)

    with pytest.raises(PlanChanged):
        launch(campaign, by=None, now=timezone.now(), expected="another")

    assert_draft_again(campaign, CHANGED)


def test_a_fault_of_ours_gives_the_draft_back(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = a_begun()
    monkeypatch.setattr(message_rows.gateway, "add_external_id", failing(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        carry_out_next()

    assert_draft_again(campaign, FAILED)


def test_a_database_that_is_away_costs_a_launch_of_a_worker_time_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = a_begun()
    with monkeypatch.context() as away:
        away.setattr("outbound.sending.planning.launch.bulk_insert.insert", failing(OperationalError()))
        with pytest.raises(OperationalError):
            carry_out_next()

    lease_over()
    assert carry_out_next()

    assert_launched(campaign)


def test_a_draft_that_comes_back_is_as_it_was_and_can_be_sent() -> None:
    campaign = a_begun(not_after=later(hours=2), title="Prices")
    before = Campaign.objects.values().get(pk=campaign.pk)
    people = list(campaign.recipients.order_by("pk"))
    launch_lease.stop(campaign, reason="Stopped", by=None, now=timezone.now())
    carry_out_next()

    after = Campaign.objects.values().get(pk=campaign.pk)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"status", "status_reason", "status_changed_at", "launched_at", "launched_by_id"}
    assert list(campaign.recipients.order_by("pk")) == people
    launch(Campaign.objects.get(pk=campaign.pk), by=None, now=timezone.now())
    assert_launched(campaign)
    assert campaign.status_reason == ""


def test_a_launch_that_took_past_midnight_has_its_day_counted_anew() -> None:
    a_begun()
    yesterday = timezone.now() - timedelta(days=1)

    carry_out(taken(), yesterday)

    assert SummaryDay.objects.get(day=timezone.localdate(yesterday)).is_stale


def assert_status(person: Recipient, status: MessageStatus) -> None:
    assert Message.objects.get(recipient=person).status == status
