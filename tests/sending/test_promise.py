"""The promise under any order of events: nobody twice by machine, nobody missing, no doubt forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Refused, Throttled
from outbound.lifecycle import (
    MAY_HAVE_LEFT,
    WAITING,
    AttemptOutcome,
    CampaignStatus,
    IntegrationStatus,
    MessageStatus,
)
from outbound.models import Attempt, Campaign, Integration, Message
from outbound.reports import campaign_counts
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.recover import reap
from tests.sending.steps import ACCEPTED, a_launched, claimed, recorded

pytestmark = pytest.mark.django_db

RESULTS: dict[str, Accepted | GatewayError] = {
    "accepted": ACCEPTED,
    "refused": Refused(http_status=400),
    "not sent": NotSent(),
    "throttled": Throttled(wait=timedelta(seconds=5)),
    "ambiguous": Ambiguous(),
    "bad token": NotSent(stops="Replace the token."),
    "foreign": Ambiguous(stops="Ask Zenvia."),
}
# How many attempts of each outcome a message has in each state; None where any number is right.
ATTEMPTS = {
    MessageStatus.QUEUED: (0, 0, 0, 0),
    MessageStatus.SENDING: (1, 0, 0, 0),
    MessageStatus.UNCONFIRMED: (0, 0, 1, 0),
    MessageStatus.ACCEPTED: (0, 1, 0, 0),
    MessageStatus.REFUSED: (0, 0, 0, None),
}

which = st.integers(0, 30)
events = st.one_of(
    st.tuples(st.just("launch"), st.integers(1, 3)),
    st.tuples(st.just("claim"), st.integers(1, 3)),
    st.tuples(st.just("answer"), which, st.sampled_from(sorted(RESULTS))),
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 90, 1000])),
    st.tuples(st.just("reap")),
    st.tuples(st.just("campaigns"), st.sampled_from([CampaignStatus.PAUSED, CampaignStatus.RUNNING])),
    st.tuples(st.just("resume")),
)


class World:
    """A console, its clock, and every claim that was ever made, answered or not, dead or alive."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.claims: list[ClaimedMessage] = []
        self.launched = 0

    def launch(self, people: int) -> None:
        a_launched(people=people)
        self.launched += people

    def claim(self, limit: int) -> None:
        self.claims += claimed(limit, self.now)

    def answer(self, number: int, result: str) -> None:
        if self.claims:
            recorded(self.claims[number % len(self.claims)], RESULTS[result], self.now)

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def reap(self) -> None:
        reap(self.now)

    def campaigns(self, status: str) -> None:
        Campaign.objects.update(status=status)

    def resume(self) -> None:
        Integration.objects.update(status=IntegrationStatus.ACTIVE)

    def check(self, before: dict[int, str]) -> dict[int, str]:
        """Assert what always holds; return the state of each message."""
        now = dict(Message.objects.values_list("pk", "status"))
        assert campaign_counts.count_statuses(Message.objects.all()).planned == len(now) == self.launched
        for pk, status in now.items():
            outcomes = Counter(Attempt.objects.filter(message=pk).values_list("outcome", flat=True))
            assert sum(outcomes[outcome] for outcome in MAY_HAVE_LEFT) <= 1
            found = (
                outcomes[AttemptOutcome.OPEN],
                outcomes[AttemptOutcome.ACCEPTED],
                outcomes[AttemptOutcome.AMBIGUOUS],
                outcomes[AttemptOutcome.REFUSED],
            )
            allowed = ATTEMPTS[MessageStatus(status)]
            assert all(right in (None, number) for right, number in zip(allowed, found, strict=True)), status
        for pk, status in before.items():
            later = {MessageStatus.UNCONFIRMED: MessageStatus.ACCEPTED}.get(status, status)
            if status not in WAITING:
                assert now[pk] in (status, later)
        return now


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(events, min_size=5, max_size=40))
def test_it_holds_whatever_happens_in_whatever_order(happening: list[tuple]) -> None:
    with transaction.atomic():
        world = World()
        world.launch(3)
        states: dict[int, str] = world.check({})
        for name, *details in happening:
            getattr(world, name)(*details)
            states = world.check(states)
        transaction.set_rollback(True)
