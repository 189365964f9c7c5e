"""Any order and any repetition of events end in the same state."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound.gateways.base import StatusUpdate
from outbound.lifecycle import RANKS, REPORTED, MessageStatus
from outbound.models import Message
from outbound.tracking.changes import Evidence, fold
from tests.tracking.events import a_sent_message, a_status, processed

STATE = ("status", "reason", "failure_code", "failure_text", "failed_at")
CODES, TEXTS = ("", "131026", "131047"), ("", "unreachable", "window")
YEAR_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
evidence = st.builds(
    lambda told, at, code, text: Evidence(
        1, told, StatusUpdate(word=told.value, happened_at=at, code=code, text=text)
    ),
    st.sampled_from(sorted(REPORTED)),
    moments,
    st.sampled_from(CODES),
    st.sampled_from(TEXTS),
)
statuses = st.sampled_from(sorted(MessageStatus))


def applied(status: MessageStatus, pages: list[list[Evidence]]) -> dict[str, Any]:
    row = Message(status=status)
    for page in pages:
        fold(row, page)
    return {name: getattr(row, name) for name in STATE}


@pytest.mark.parametrize("seed", range(10))
def test_random_shuffles_end_in_the_same_state(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(1000):
        status = rng.choice(sorted(MessageStatus))
        events = [some_evidence(rng) for _ in range(rng.randint(1, 6))]

        assert_order_changes_nothing(status, events, rng)


@settings(max_examples=500)
@given(status=statuses, events=st.lists(evidence, min_size=1, max_size=6), seed=st.integers(0, 2**32))
def test_any_shuffle_ends_in_the_same_state(status: MessageStatus, events: list[Evidence], seed: int) -> None:
    assert_order_changes_nothing(status, events, random.Random(seed))


def assert_order_changes_nothing(status: MessageStatus, events: list[Evidence], rng: random.Random) -> None:
    shuffled = events + rng.choices(events, k=rng.randint(0, 4))
    rng.shuffle(shuffled)
    cut = rng.randint(0, len(shuffled))

    found = applied(status, [shuffled[:cut], shuffled[cut:]])

    assert found == applied(status, [events])


def some_evidence(rng: random.Random) -> Evidence:
    """Return one event of a message, at one of few moments."""
    told = rng.choice(sorted(REPORTED))
    at = rng.choice([None, *(YEAR_BEGINS + timedelta(days=days) for days in (0, 1, 200))])
    update = StatusUpdate(word=told.value, happened_at=at, code=rng.choice(CODES), text=rng.choice(TEXTS))
    return Evidence(1, told, update)


@settings(max_examples=500, deadline=None)
@given(status=statuses, events=st.lists(evidence, min_size=1, max_size=6))
def test_no_event_lowers_a_status(status: MessageStatus, events: list[Evidence]) -> None:
    row, rank = Message(status=status), RANKS.get(status, 0)

    for one in events:
        fold(row, [one])

        assert RANKS.get(row.status, 0) >= rank
        rank = RANKS.get(row.status, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(40))
def test_shuffled_bodies_end_in_the_same_state(seed: int) -> None:
    rng = random.Random(seed)
    message = a_sent_message(rng.choice([MessageStatus.SENDING, MessageStatus.UNCONFIRMED]))
    first, second = ({"channelErrorCode": code, "reason": code} for code in ("131026", "131053"))
    bodies = [
        a_status("SENT", message.external_id),
        a_status("NOT_DELIVERED", message.external_id, cause=first),
        a_status("NOT_DELIVERED", message.external_id, cause=second),
        a_status("DELIVERED", message.external_id),
        [a_status("READ", message.external_id), a_status("DELETED", message.external_id)],
    ]
    shuffled = bodies + rng.choices(bodies, k=3)
    rng.shuffle(shuffled)

    for start in range(0, len(shuffled), 3):
        processed(message.integration, *shuffled[start : start + 3])

    message.refresh_from_db()
    assert (message.status, message.failure_code) == (MessageStatus.READ, "131053")
