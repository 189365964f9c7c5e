"""A launch in many transactions: all or nothing for whoever looks, sends or kills in between."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from outbound import failpoints
from outbound.lifecycle import MessageStatus
from outbound.models import Launch, Message
from outbound.sending.engine.recover import tidy
from outbound.sending.limits.eligible import ready_integrations
from outbound.sending.planning import launch_lease
from outbound.sending.planning.launch import LaunchLost, carry_out, launch
from outbound.sending.planning.launcher import LOST, Launcher, carry_out_next
from tests.builders import an_operator
from tests.sending.planning.launches import (
    BATCH,
    PEOPLE,
    a_begun,
    assert_draft_again,
    assert_launched,
    batch_by_batch,  # noqa: F401
    killed_at,
    lease_over,
    taken,
)
from tests.sending.planning.test_launch_many import a_draft_for
from tests.sending.steps import at_once, claimed, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("batch_by_batch")]


def test_a_worker_prepares_what_was_begun_and_wakes_the_sender() -> None:
    campaign, woken = a_begun(), []

    assert Launcher(lambda: woken.append(1)).poll() == 0

    assert_launched(campaign)
    assert woken == [1]
    assert not carry_out_next()


def test_nothing_of_it_is_claimed_before_all_of_it_is_there() -> None:
    campaign = a_begun()

    with killed_at(failpoints.ROWS_WRITTEN, 2):
        carry_out_next()

    assert Message.objects.filter(campaign=campaign).count() == 2 * BATCH
    assert ready_integrations(timezone.now()) == []
    assert claimed() == []


def test_what_is_being_prepared_does_not_expire() -> None:
    campaign = a_begun(not_after=later(minutes=1))
    with killed_at(failpoints.ROWS_WRITTEN):
        carry_out_next()

    assert tidy(later(minutes=2)) == 0

    assert set(campaign.messages.values_list("status", flat=True)) == {MessageStatus.QUEUED}


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_after_a_kill_another_worker_goes_on_when_the_lease_is_over(chunks: int) -> None:
    campaign = a_begun()
    with killed_at(failpoints.ROWS_WRITTEN, chunks):
        carry_out_next()

    assert not carry_out_next()
    lease_over()
    assert carry_out_next()

    assert_launched(campaign)


def test_whoever_goes_on_may_be_killed_as_well() -> None:
    campaign = a_begun()
    for instant in (failpoints.ROWS_WRITTEN, failpoints.ROWS_CLEARED, failpoints.ROWS_WRITTEN):
        with killed_at(instant):
            carry_out_next()
        lease_over()

    assert carry_out_next()

    assert_launched(campaign)


@pytest.mark.parametrize("chunks", [1, 3])
def test_after_a_kill_a_launch_that_somebody_waited_for_is_a_draft_again(chunks: int) -> None:
    campaign = a_draft_for(PEOPLE)
    with killed_at(failpoints.ROWS_WRITTEN, chunks):
        launch(campaign, by=None, now=timezone.now())

    lease_over()
    assert carry_out_next()

    assert_draft_again(campaign, LOST)


def test_a_way_back_that_was_killed_is_gone_to_its_end() -> None:
    campaign = a_begun()
    with killed_at(failpoints.ROWS_WRITTEN, 3):
        carry_out_next()
    launch_lease.stop(campaign, reason="Stopped", by=None, now=timezone.now())
    with killed_at(failpoints.ROWS_CLEARED):
        carry_out_next()

    lease_over()
    assert carry_out_next()

    assert_draft_again(campaign, "Stopped")


def test_what_a_person_stopped_is_written_no_further() -> None:
    campaign, by = a_begun(), an_operator()
    held = taken()
    launch_lease.stop(campaign, reason="Stopped", by=by, now=timezone.now())

    with pytest.raises(LaunchLost):
        carry_out(held, timezone.now())
    assert carry_out_next()

    assert_draft_again(campaign, "Stopped")
    assert campaign.status_changed_by == by


def test_a_frozen_launcher_writes_nothing_once_its_lease_is_another_s() -> None:
    campaign = a_begun()
    frozen = taken()
    lease_over()
    other = taken()

    with pytest.raises(LaunchLost):
        carry_out(frozen, timezone.now())

    assert not campaign.messages.exists()
    carry_out(other, timezone.now())
    assert_launched(campaign)


def test_a_lease_that_is_kept_is_not_taken() -> None:
    a_begun()
    held = taken()
    Launch.objects.update(lease_until=timezone.now() - timedelta(hours=1))

    launch_lease.renew(held)

    assert launch_lease.take(timezone.now()) is None


@pytest.mark.django_db(transaction=True)
def test_of_four_workers_at_once_one_prepares_it() -> None:
    campaign = a_begun()

    results = at_once(4, carry_out_next)

    assert sorted(map(str, results)) == ["False", "False", "False", "True"]
    assert_launched(campaign)


def test_a_worker_that_is_asked_to_end_leaves_the_rest_to_the_next_at_once() -> None:
    campaign = a_begun()

    stop = threading.Event()
    stop.set()

    assert carry_out_next(stop)

    assert campaign.messages.count() == BATCH
    assert carry_out_next()
    assert_launched(campaign)
