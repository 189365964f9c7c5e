"""Evidence for unconfirmed attempts: whether the webhook reported on attempts made at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from outbound.lifecycle import AttemptOutcome
from outbound.models import Attempt, WebhookEvent

# Attempts near in time have near ids. This many on either side show whether the webhook works.
NEAREST_IDS = 50
WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Nearby:
    """An attempt, how many others of its integration were accepted WITHIN, and how many had events."""

    attempt: Attempt
    accepted: int
    with_events: int


def nearby(pks: Iterable[int]) -> dict[int, Nearby]:
    """Return each of these attempts with its evidence, by its id; one query for all."""
    wanted = sorted(pks)
    if not wanted:
        return {}
    found = {attempt.pk: attempt for attempt in _attempts_around(wanted)}
    accepted = [attempt for attempt in found.values() if attempt.outcome == AttemptOutcome.ACCEPTED]
    return {pk: _nearby(found[pk], accepted) for pk in wanted if pk in found}


def _attempts_around(pks: list[int]) -> Iterable[Any]:
    near = Q()
    for first, last in _id_ranges(pks):
        near |= Q(pk__range=(first, last))
    heard = Exists(WebhookEvent.objects.filter(message=OuterRef("message")))
    rows = Attempt.objects.filter(near).order_by().defer("answer")
    return rows.annotate(integration_id=F("message__integration_id"), has_events=heard)


def _nearby(attempt: Any, accepted: list[Any]) -> Nearby:
    others = [
        other.has_events
        for other in accepted
        if other.integration_id == attempt.integration_id
        and abs(other.opened_at - attempt.opened_at) <= WITHIN
    ]
    return Nearby(attempt, len(others), sum(others))


def _id_ranges(pks: list[int]) -> list[tuple[int, int]]:
    """Return the id ranges around `pks`; ranges that overlap are merged."""
    ranges: list[tuple[int, int]] = []
    for pk in pks:
        first, last = pk - NEAREST_IDS, pk + NEAREST_IDS
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    return ranges
