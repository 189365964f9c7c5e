"""A launch in many transactions: all or nothing for whoever looks, sends or kills in between."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from outbound import failpoints
from outbound.audience import CHUNK, READ_AT_ONCE
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Launch, Message, Recipient, SummaryDay
from outbound.sending import launch_lease, rows
from outbound.sending.lanes import running
from outbound.sending.launch import CHANGED, FAILED, LaunchLost, PlanChanged, begin, launch, write
from outbound.sending.launcher import LOST, attend
from outbound.sending.plan import plan
from outbound.sending.recover import tidy
from outbound.tracking import effects
from tests.builders import an_operator
from tests.sending.steps import at_once, claimed, later
from tests.sending.test_launch_many import a_draft_for

pytestmark = pytest.mark.django_db
PEOPLE = 2 * CHUNK + 1


class Killed(BaseException):
    """What a test puts in the place of kill -9."""


@pytest.fixture(autouse=True)
def chunk_by_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rows.CHUNKS_AT_ONCE, connection.vendor, 1)


@contextmanager
def killed_at(name: str, times: int = 1) -> Iterator[None]:
    """End whoever reaches an instant for the n-th time, as kill -9 would: nothing of theirs follows."""
    left = count(times - 1, -1)

    def reach(reached: str) -> None:
        if reached == name and not next(left):
            raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):  # noqa: PT012 the caller's body dies
        patch.setattr(failpoints, "reach", reach)
        patch.setattr(launch_lease, "take_back", unreachable(launch_lease.take_back))
        yield


def unreachable(take_back: Callable[..., None]) -> Callable[..., None]:
    def unless_killed(*arguments: Any) -> None:
        if not isinstance(sys.exception(), Killed):
            take_back(*arguments)

    return unless_killed


def a_begun(people: int = PEOPLE, **values: object) -> Campaign:
    draft = a_draft_for(people, **values)
    begin(draft, by=an_operator(), now=timezone.now(), expected=plan(draft).digest)
    return draft


def attended() -> bool:
    return attend(lambda: None)


def lease_over() -> None:
    Launch.objects.update(lease_until=timezone.now())


def assert_draft_again(campaign: Campaign, reason: str) -> None:
    campaign.refresh_from_db()
    assert campaign.is_draft
    assert campaign.status_reason == reason
    assert (campaign.launched_at, campaign.launched_by) == (None, None)
    assert not Launch.objects.exists()
    assert not Message.objects.filter(campaign=campaign).exists()


def assert_launched(campaign: Campaign, people: int = PEOPLE) -> None:
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.RUNNING
    assert not Launch.objects.exists()
    queued = Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED)
    assert queued.values("phone_key").distinct().count() == queued.count() == people


def test_a_worker_prepares_what_was_begun_and_wakes_the_sender() -> None:
    campaign, woken = a_begun(), []

    assert attend(lambda: woken.append(1))

    assert_launched(campaign)
    assert woken == [1]
    assert not attended()


def test_nothing_of_it_is_claimed_before_all_of_it_is_there() -> None:
    campaign = a_begun()

    with killed_at(failpoints.ROWS_WRITTEN, 2):
        attended()

    assert Message.objects.filter(campaign=campaign).count() == 2 * CHUNK
    assert running(timezone.now()) == []
    assert claimed() == []


def test_what_is_being_prepared_does_not_expire() -> None:
    campaign = a_begun(not_after=later(minutes=1))
    with killed_at(failpoints.ROWS_WRITTEN):
        attended()

    assert tidy(later(minutes=2)) == 0

    assert set(campaign.messages.values_list("status", flat=True)) == {MessageStatus.QUEUED}


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_after_a_kill_another_worker_goes_on_when_the_lease_is_over(chunks: int) -> None:
    campaign = a_begun()
    with killed_at(failpoints.ROWS_WRITTEN, chunks):
        attended()

    assert not attended()
    lease_over()
    assert attended()

    assert_launched(campaign)


def test_whoever_goes_on_may_be_killed_as_well() -> None:
    campaign = a_begun()
    for instant in (failpoints.ROWS_WRITTEN, failpoints.ROWS_CLEARED, failpoints.ROWS_WRITTEN):
        with killed_at(instant):
            attended()
        lease_over()

    assert attended()

    assert_launched(campaign)


@pytest.mark.parametrize("chunks", [1, 3])
def test_after_a_kill_a_launch_that_somebody_waited_for_is_a_draft_again(chunks: int) -> None:
    campaign = a_draft_for(PEOPLE)
    with killed_at(failpoints.ROWS_WRITTEN, chunks):
        launch(campaign, by=None, now=timezone.now())

    lease_over()
    assert attended()

    assert_draft_again(campaign, LOST)


def test_a_way_back_that_was_killed_is_gone_to_its_end() -> None:
    campaign = a_begun()
    with killed_at(failpoints.ROWS_WRITTEN, 3):
        attended()
    launch_lease.stop(campaign, reason="Stopped", by=None, now=timezone.now())
    with killed_at(failpoints.ROWS_CLEARED):
        attended()

    lease_over()
    assert attended()

    assert_draft_again(campaign, "Stopped")


def test_what_a_person_stopped_is_written_no_further() -> None:
    campaign, by = a_begun(), an_operator()
    held = taken()
    launch_lease.stop(campaign, reason="Stopped", by=by, now=timezone.now())

    with pytest.raises(LaunchLost):
        write(held, timezone.now())
    assert attended()

    assert_draft_again(campaign, "Stopped")
    assert campaign.status_changed_by == by


def test_a_frozen_launcher_writes_nothing_once_its_lease_is_another_s() -> None:
    campaign = a_begun()
    frozen = taken()
    lease_over()
    other = taken()

    with pytest.raises(LaunchLost):
        write(frozen, timezone.now())

    assert not campaign.messages.exists()
    write(other, timezone.now())
    assert_launched(campaign)


def test_a_lease_that_is_kept_is_not_taken() -> None:
    a_begun()
    held = taken()
    Launch.objects.update(lease_until=timezone.now() - timedelta(hours=1))

    launch_lease.keep(held)

    assert launch_lease.take(timezone.now()) is None


@pytest.mark.django_db(transaction=True)
def test_of_four_workers_at_once_one_prepares_it() -> None:
    campaign = a_begun()

    results = at_once(4, attended)

    assert sorted(map(str, results)) == ["False", "False", "False", "True"]
    assert_launched(campaign)


def test_a_worker_that_is_asked_to_end_leaves_the_rest_to_the_next_at_once() -> None:
    campaign, chunks = a_begun(), iter([True, False])

    assert attend(lambda: None, lambda: next(chunks))

    assert campaign.messages.count() == CHUNK
    assert attended()
    assert_launched(campaign)


def test_what_changed_midway_goes_to_nobody_and_says_so() -> None:
    campaign = a_begun(READ_AT_ONCE + 1)
    last = campaign.recipients.order_by("pk").last()
    assert last is not None

    with after_the_first_chunk(lambda: Recipient.objects.filter(pk=last.pk).update(name="Another")):
        assert attended()

    assert_draft_again(campaign, CHANGED)


def test_who_opts_out_before_their_row_is_written_is_a_changed_plan() -> None:
    campaign = a_begun(READ_AT_ONCE + 1)
    last = campaign.recipients.order_by("pk").last()
    assert last is not None

    with after_the_first_chunk(lambda: last.set_opted_out(timezone.now())):
        assert attended()

    assert_draft_again(campaign, CHANGED)


def test_who_opts_out_after_their_row_is_written_is_left_out_by_the_claim() -> None:
    campaign = a_begun()
    first = campaign.recipients.order_by("pk").first()
    assert first is not None

    with after_the_first_chunk(lambda: first.set_opted_out(timezone.now())):
        assert attended()
    claimed()

    assert_status(first, MessageStatus.SKIPPED)


def test_a_template_that_is_paused_midway_stops_the_launch() -> None:
    campaign = a_begun()

    with after_the_first_chunk(lambda: effects.pause_templates([campaign.template_id], timezone.now())):
        assert attended()

    assert_draft_again(campaign, CHANGED)


def test_a_changed_plan_is_raised_for_whoever_waits_and_nothing_is_left() -> None:
    campaign = a_draft_for(PEOPLE)

    with pytest.raises(PlanChanged):
        launch(campaign, by=None, now=timezone.now(), expected="another")

    assert_draft_again(campaign, CHANGED)


def test_a_fault_of_ours_gives_the_draft_back(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = a_begun()
    monkeypatch.setattr("outbound.sending.launch.payload.with_id", failing(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        attended()

    assert_draft_again(campaign, FAILED)


def test_a_database_that_is_away_costs_a_launch_of_a_worker_time_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = a_begun()
    with monkeypatch.context() as away:
        away.setattr("outbound.sending.launch.rows.insert", failing(OperationalError()))
        with pytest.raises(OperationalError):
            attended()

    lease_over()
    assert attended()

    assert_launched(campaign)


def test_a_draft_that_comes_back_is_as_it_was_and_can_be_sent() -> None:
    campaign = a_begun(not_after=later(hours=2), title="Prices")
    before = Campaign.objects.values().get(pk=campaign.pk)
    people = list(campaign.recipients.order_by("pk"))
    launch_lease.stop(campaign, reason="Stopped", by=None, now=timezone.now())
    attended()

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

    write(taken(), yesterday)

    assert SummaryDay.objects.get(day=timezone.localdate(yesterday)).is_stale


def taken() -> Launch:
    held = launch_lease.take(timezone.now())
    assert held is not None
    return held


def assert_status(person: Recipient, status: MessageStatus) -> None:
    assert Message.objects.get(recipient=person).status == status


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_arguments: Any) -> None:
        raise error

    return fail


@contextmanager
def after_the_first_chunk(happens: Callable[[], object]) -> Iterator[None]:
    done: list[object] = []

    def reach(name: str) -> None:
        if name == failpoints.ROWS_WRITTEN and not done:
            done.append(happens())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failpoints, "reach", reach)
        yield
