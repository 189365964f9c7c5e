"""Attempts that nothing is known of, and what became of others about the same time: did events come?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from outbound.lifecycle import AttemptOutcome
from outbound.models import Attempt, WebhookEvent

# Attempts are numbered as they are made, so the nearest in time have the nearest ids: so many are looked at
# on either side, which is enough to see whether the webhook works.
NEAREST = 50
WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Neighbours:
    """An attempt; how many others of its integration Zenvia took WITHIN, and of how many events came."""

    attempt: Attempt
    taken: int
    heard_of: int


def neighbours(pks: Iterable[int]) -> dict[int, Neighbours]:
    """Return each of these attempts and what is known around it, in one question for all."""
    wanted = sorted(pks)
    if not wanted:
        return {}
    found = {attempt.pk: attempt for attempt in _around(wanted)}
    taken = [attempt for attempt in found.values() if attempt.outcome == AttemptOutcome.ACCEPTED]
    return {pk: _neighbours(found[pk], taken) for pk in wanted if pk in found}


def _around(pks: list[int]) -> Iterable[Any]:
    near = Q()
    for first, last in _spans(pks):
        near |= Q(pk__range=(first, last))
    heard = Exists(WebhookEvent.objects.filter(message=OuterRef("message")))
    rows = Attempt.objects.filter(near).order_by().defer("answer")
    return rows.annotate(integration_id=F("message__integration_id"), is_heard_of=heard)


def _neighbours(attempt: Any, taken: list[Any]) -> Neighbours:
    others = [
        other.is_heard_of
        for other in taken
        if other.integration_id == attempt.integration_id
        and abs(other.opened_at - attempt.opened_at) <= WITHIN
    ]
    return Neighbours(attempt, len(others), sum(others))


def _spans(pks: list[int]) -> list[tuple[int, int]]:
    """Return the ids around `pks`, those that meet in one piece."""
    spans: list[tuple[int, int]] = []
    for pk in pks:
        first, last = pk - NEAREST, pk + NEAREST
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans
