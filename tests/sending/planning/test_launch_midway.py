"""Changes and failures while a launch is under way."""

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
    a_begun_launch,
    after_the_first_batch,
    assert_launched,
    assert_reverted,
    batch_by_batch,  # noqa: F401
    expire_lease,
    failing,
    take_lease,
)
from tests.sending.planning.test_launch_many import a_draft_for
from tests.sending.steps import claimed, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("batch_by_batch")]


def test_change_during_launch_reverts_it() -> None:
    campaign = a_begun_launch()
    last = campaign.recipients.order_by("pk").last()
    assert last is not None

    with after_the_first_batch(lambda: Recipient.objects.filter(pk=last.pk).update(name="Another")):
        assert carry_out_next()

    assert_reverted(campaign, CHANGED)


def test_opt_out_before_the_message_is_written_reverts_the_launch() -> None:
    campaign = a_begun_launch()
    last = campaign.recipients.order_by("pk").last()
    assert last is not None

    with after_the_first_batch(lambda: last.set_opted_out(timezone.now())):
        assert carry_out_next()

    assert_reverted(campaign, CHANGED)


def test_opt_out_after_the_message_is_written_skips_it_at_the_claim() -> None:
    campaign = a_begun_launch()
    first = campaign.recipients.order_by("pk").first()
    assert first is not None

    with after_the_first_batch(lambda: first.set_opted_out(timezone.now())):
        assert carry_out_next()
    claimed()

    assert_status(first, MessageStatus.SKIPPED)


def test_template_paused_during_launch_reverts_it() -> None:
    campaign = a_begun_launch()

    with after_the_first_batch(lambda: effects.pause_templates([campaign.template_id], timezone.now())):
        assert carry_out_next()

    assert_reverted(campaign, CHANGED)


def test_changed_plan_is_raised_for_the_caller() -> None:
    campaign = a_draft_for(PEOPLE)

    with pytest.raises(PlanChanged):
        launch(campaign, by=None, now=timezone.now(), expected="another")

    assert_reverted(campaign, CHANGED)


def test_bug_reverts_the_launch(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = a_begun_launch()
    monkeypatch.setattr(message_rows.gateway, "add_external_id", failing(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        carry_out_next()

    assert_reverted(campaign, FAILED)


def test_unreachable_database_only_delays_a_launch_of_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = a_begun_launch()
    with monkeypatch.context() as away:
        away.setattr("outbound.sending.planning.launch.bulk_insert.insert", failing(OperationalError()))
        with pytest.raises(OperationalError):
            carry_out_next()

    expire_lease()
    assert carry_out_next()

    assert_launched(campaign)


def test_reverted_draft_is_unchanged_and_can_be_sent() -> None:
    campaign = a_begun_launch(not_after=later(hours=2), title="Prices")
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


def test_launch_past_midnight_marks_its_day_as_outdated() -> None:
    a_begun_launch()
    yesterday = timezone.now() - timedelta(days=1)

    carry_out(take_lease(), yesterday)

    assert SummaryDay.objects.get(day=timezone.localdate(yesterday)).is_stale


def assert_status(person: Recipient, status: MessageStatus) -> None:
    assert Message.objects.get(recipient=person).status == status
