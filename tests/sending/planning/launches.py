"""Helpers for launches in many transactions, with kills and failures between two of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from outbound import failpoints
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Launch, Message
from outbound.sending.planning import audience, launch, launch_lease
from outbound.sending.planning.plan import plan
from tests.builders import an_operator
from tests.sending.planning.test_launch_many import a_draft_for

BATCH = 20  # people in a transaction, with `batch_by_batch`
PEOPLE = 2 * BATCH + 1


class Killed(BaseException):
    """Stands in for kill -9."""


@pytest.fixture
def batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make launches large from few people on, with small batches."""
    monkeypatch.setattr(audience, "BATCH_SIZE", BATCH)
    monkeypatch.setattr(launch, "LARGE", BATCH)


@contextmanager
def killed_at(name: str, times: int = 1) -> Iterator[None]:
    """Raise Killed at the n-th time that a failpoint is reached, without the usual revert."""
    left = count(times - 1, -1)

    def reach(reached: str) -> None:
        if reached == name and not next(left):
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failpoints, "reach", reach)
        patch.setattr(launch_lease, "revert", unless_killed(launch_lease.revert))
        try:
            yield
        except Killed:
            return
    pytest.fail(f"nobody came to {name}")


def unless_killed(revert: Callable[..., None]) -> Callable[..., None]:
    def revert_unless_killed(*arguments: Any) -> None:
        if not isinstance(sys.exception(), Killed):
            revert(*arguments)

    return revert_unless_killed


def a_begun_launch(people: int = PEOPLE, **values: object) -> Campaign:
    draft = a_draft_for(people, **values)
    launch.launch_in_background(draft, by=an_operator(), now=timezone.now(), expected=plan(draft).digest)
    return draft


def expire_lease() -> None:
    Launch.objects.update(lease_until=timezone.now())


def assert_reverted(campaign: Campaign, reason: str) -> None:
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


def take_lease() -> Launch:
    held = launch_lease.take(timezone.now())
    assert held is not None
    return held


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_arguments: Any) -> None:
        raise error

    return fail


@contextmanager
def after_the_first_batch(happens: Callable[[], object]) -> Iterator[None]:
    done: list[object] = []

    def reach(name: str) -> None:
        if name == failpoints.ROWS_WRITTEN and not done:
            done.append(happens())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failpoints, "reach", reach)
        yield
