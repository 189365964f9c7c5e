"""The waits that a gateway earns: outages in a row, and what it asks for itself."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from outbound.lifecycle import Hold
from outbound.models import Throttle
from outbound.sending.limits import circuit_breaker
from outbound.sending.limits.circuit_breaker import ResponseSummary, update
from outbound.sending.limits.rate_limit import quota, spend
from tests.builders import an_integration
from tests.sending.limits.test_rate_limit import NOON, limits


@pytest.fixture
def integration(db: None) -> Any:
    return an_integration()


def held(integration: Any) -> Throttle:
    return Throttle.objects.get(pk=integration.pk)


def bad(count: int) -> ResponseSummary:
    return ResponseSummary(bad=count)


def test_four_outages_are_bad_luck_and_five_are_a_reason_to_wait(integration: Any) -> None:
    assert update({integration.pk: bad(4)}, set(), NOON) == set()
    assert held(integration).held_until is None

    assert update({integration.pk: bad(1)}, set(), NOON) == {integration.pk}

    assert held(integration).held_until == NOON + circuit_breaker.FIRST_TRIP
    assert held(integration).hold == Hold.OUTAGE


def test_after_the_wait_one_message_may_try(integration: Any) -> None:
    update({integration.pk: bad(5)}, set(), NOON)
    later = NOON + circuit_breaker.FIRST_TRIP

    assert quota(limits(), held(integration), later - timedelta(seconds=1)).within(32) == 0
    assert quota(limits(), held(integration), later).within(32) == 1


def test_the_one_that_tries_keeps_all_others_waiting(integration: Any) -> None:
    update({integration.pk: bad(5)}, set(), NOON)
    later = NOON + circuit_breaker.FIRST_TRIP

    spend(integration, held(integration), 1, later, probe_until=later + timedelta(seconds=90))

    assert quota(limits(), held(integration), later + timedelta(seconds=1)).within(32) == 0


def test_each_failed_try_doubles_the_wait_up_to_a_quarter_of_an_hour(integration: Any) -> None:
    waits = []
    for _round in range(8):
        now = held(integration).held_until if waits else NOON
        update({integration.pk: ResponseSummary(bad=1, probe_failed=True) if waits else bad(5)}, set(), now)
        waits.append((held(integration).held_until - now).total_seconds())

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_what_began_before_the_wait_and_fails_during_it_changes_nothing(integration: Any) -> None:
    update({integration.pk: bad(5)}, set(), NOON)

    for _late in range(16):
        update({integration.pk: bad(1)}, set(), NOON + timedelta(seconds=1))

    assert held(integration).held_until == NOON + circuit_breaker.FIRST_TRIP
    assert held(integration).trips == 1


def test_a_try_that_came_back_unsent_leaves_room_for_another(integration: Any) -> None:
    update({integration.pk: bad(5)}, set(), NOON)
    later = NOON + circuit_breaker.FIRST_TRIP
    spend(integration, held(integration), 1, later, probe_until=later + timedelta(seconds=90))

    update({integration.pk: ResponseSummary(probe_came_back=True)}, set(), later)

    assert quota(limits(), held(integration), later).within(32) == 1


def test_one_good_answer_ends_it_all(integration: Any) -> None:
    update({integration.pk: bad(5)}, set(), NOON)

    update({integration.pk: ResponseSummary(had_good=True)}, {integration.pk}, NOON)

    assert (held(integration).held_until, held(integration).outages, held(integration).trips) == (None, 0, 0)


def test_outages_count_in_a_row_only(integration: Any) -> None:
    update({integration.pk: bad(4)}, set(), NOON)
    summary = ResponseSummary()
    summary.bad += 1
    summary.good()
    summary.bad += 4

    update({integration.pk: summary}, {integration.pk}, NOON)

    assert held(integration).held_until is None
    assert held(integration).outages == 4


def test_what_the_gateway_asks_for_holds_the_whole_integration(integration: Any) -> None:
    update({integration.pk: ResponseSummary(wait=timedelta(seconds=7))}, set(), NOON)

    assert quota(limits(), held(integration), NOON + timedelta(seconds=6)).within(32) == 0
    assert quota(limits(), held(integration), NOON + timedelta(seconds=7)).within(32) == 32


def test_a_good_answer_does_not_shorten_what_was_asked_for(integration: Any) -> None:
    update({integration.pk: ResponseSummary(wait=timedelta(seconds=7))}, set(), NOON)

    update({integration.pk: ResponseSummary(had_good=True)}, {integration.pk}, NOON)

    assert held(integration).held_until == NOON + timedelta(seconds=7)


def test_a_shorter_wait_does_not_replace_a_longer_one(integration: Any) -> None:
    update({integration.pk: ResponseSummary(wait=timedelta(seconds=60))}, set(), NOON)

    update({integration.pk: ResponseSummary(wait=timedelta(seconds=5))}, set(), NOON)

    assert held(integration).held_until == NOON + timedelta(seconds=60)


def test_a_claim_that_sent_nothing_is_given_back_to_its_day(integration: Any) -> None:
    today, yesterday = NOON.date(), NOON.date() - timedelta(days=1)
    Throttle.objects.create(integration=integration, day=today, used=5)

    update({integration.pk: ResponseSummary(unsent=Counter({today: 2, yesterday: 3}))}, set(), NOON)

    assert held(integration).used == 3


def test_a_person_may_end_a_wait(integration: Any) -> None:
    update({integration.pk: bad(5)}, set(), NOON)

    circuit_breaker.release(integration)

    assert quota(limits(), held(integration), NOON).within(32) == 32
