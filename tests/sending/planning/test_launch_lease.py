"""A launch in many transactions is all or nothing through kills, stops and lost leases."""

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
    a_begun_launch,
    assert_launched,
    assert_reverted,
    batch_by_batch,  # noqa: F401
    expire_lease,
    killed_at,
    take_lease,
)
from tests.sending.planning.test_launch_many import a_draft_for
from tests.sending.steps import at_once, claimed, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("batch_by_batch")]


def test_launcher_carries_out_a_launch_and_wakes_the_sender() -> None:
    campaign, woken = a_begun_launch(), []

    assert Launcher(lambda: woken.append(1)).poll() == 0

    assert_launched(campaign)
    assert woken == [1]
    assert not carry_out_next()


def test_nothing_is_claimed_before_the_launch_is_complete() -> None:
    campaign = a_begun_launch()

    with killed_at(failpoints.ROWS_WRITTEN, 2):
        carry_out_next()

    assert Message.objects.filter(campaign=campaign).count() == 2 * BATCH
    assert ready_integrations(timezone.now()) == []
    assert claimed() == []


def test_messages_of_an_incomplete_launch_do_not_expire() -> None:
    campaign = a_begun_launch(not_after=later(minutes=1))
    with killed_at(failpoints.ROWS_WRITTEN):
        carry_out_next()

    assert tidy(later(minutes=2)) == 0

    assert set(campaign.messages.values_list("status", flat=True)) == {MessageStatus.QUEUED}


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_killed_launch_is_carried_out_after_the_lease_expires(chunks: int) -> None:
    campaign = a_begun_launch()
    with killed_at(failpoints.ROWS_WRITTEN, chunks):
        carry_out_next()

    assert not carry_out_next()
    expire_lease()
    assert carry_out_next()

    assert_launched(campaign)


def test_launch_survives_several_kills() -> None:
    campaign = a_begun_launch()
    for instant in (failpoints.ROWS_WRITTEN, failpoints.ROWS_CLEARED, failpoints.ROWS_WRITTEN):
        with killed_at(instant):
            carry_out_next()
        expire_lease()

    assert carry_out_next()

    assert_launched(campaign)


def test_launch_survives_a_kill_between_two_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch_lease, "PAGE_SIZE", 7)
    campaign = a_begun_launch()
    for instant in (failpoints.ROWS_WRITTEN, failpoints.ROWS_CLEARED):
        with killed_at(instant):
            carry_out_next()
        expire_lease()

    assert carry_out_next()

    assert_launched(campaign)


@pytest.mark.parametrize("chunks", [1, 3])
def test_killed_launch_of_a_request_is_reverted(chunks: int) -> None:
    campaign = a_draft_for(PEOPLE)
    with killed_at(failpoints.ROWS_WRITTEN, chunks):
        launch(campaign, by=None, now=timezone.now())

    expire_lease()
    assert carry_out_next()

    assert_reverted(campaign, LOST)


def test_killed_revert_is_finished() -> None:
    campaign = a_begun_launch()
    with killed_at(failpoints.ROWS_WRITTEN, 3):
        carry_out_next()
    launch_lease.stop(campaign, reason="Stopped", by=None, now=timezone.now())
    with killed_at(failpoints.ROWS_CLEARED):
        carry_out_next()

    expire_lease()
    assert carry_out_next()

    assert_reverted(campaign, "Stopped")


def test_stopped_launch_is_reverted() -> None:
    campaign, by = a_begun_launch(), an_operator()
    held = take_lease()
    launch_lease.stop(campaign, reason="Stopped", by=by, now=timezone.now())

    with pytest.raises(LaunchLost):
        carry_out(held, timezone.now())
    assert carry_out_next()

    assert_reverted(campaign, "Stopped")
    assert campaign.status_changed_by == by


def test_frozen_launcher_writes_nothing_after_losing_its_lease() -> None:
    campaign = a_begun_launch()
    frozen = take_lease()
    expire_lease()
    other = take_lease()

    with pytest.raises(LaunchLost):
        carry_out(frozen, timezone.now())

    assert not campaign.messages.exists()
    carry_out(other, timezone.now())
    assert_launched(campaign)


def test_renewed_lease_is_not_taken() -> None:
    a_begun_launch()
    held = take_lease()
    Launch.objects.update(lease_until=timezone.now() - timedelta(hours=1))

    launch_lease.renew(held)

    assert launch_lease.take(timezone.now()) is None


@pytest.mark.django_db(transaction=True)
def test_one_of_four_concurrent_workers_carries_it_out() -> None:
    campaign = a_begun_launch()

    results = at_once(4, carry_out_next)

    assert sorted(map(str, results)) == ["False", "False", "False", "True"]
    assert_launched(campaign)


def test_stopping_worker_releases_the_lease() -> None:
    campaign = a_begun_launch()

    stop = threading.Event()
    stop.set()

    assert carry_out_next(stop)

    assert campaign.messages.count() == BATCH
    assert carry_out_next()
    assert_launched(campaign)
