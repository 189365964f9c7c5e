"""The waits that a gateway earns: what it asks for itself, and a pause after outages in a row.

After a pause one real row tries; its failure doubles the pause (design/sending.md, "Breaker").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from outbound.lifecycle import Hold
from outbound.models import Integration, Throttle
from outbound.sending.limits import rate_limit as limits

OUTAGES_TO_TRIP = 5
FIRST_TRIP = timedelta(seconds=30)
LONGEST_TRIP = timedelta(minutes=15)


@dataclass
class Lesson:
    """What a batch of results says about one gateway, in the order in which they came."""

    bad: int = 0  # outages since the last good answer of the batch
    had_good: bool = False
    wait: timedelta = timedelta(0)  # the longest that was asked for
    probe_failed: bool = False
    probe_came_back: bool = False  # unsent, so it has tried nothing
    unsent: Counter[date] = field(default_factory=Counter)  # claims to give back, by the day they count for

    def good(self) -> None:
        self.bad, self.had_good = 0, True

    @property
    def says_anything(self) -> bool:
        return bool(self.bad or self.wait or self.probe_failed or self.probe_came_back or self.unsent)


def learn(lessons: dict[int, Lesson], uneasy: Set[int], now: datetime) -> set[int]:
    """Take in what came back, by integration; return the integrations that have to wait now.

    Good answers are written down only where `uneasy` names the integration, for they change nothing else.
    """
    heeded = {pk: one for pk, one in lessons.items() if one.says_anything or pk in uneasy}
    if not heeded:
        return set()
    waiting = set()
    for pk, throttle in limits.locked(heeded).items():
        for day, count in heeded[pk].unsent.items():
            limits.give_back(throttle, day, count)
        if _take_in(heeded[pk], throttle, now):
            waiting.add(pk)
        throttle.save(update_fields=["held_until", "hold", "outages", "trips", "used"])
    return waiting


def release(integration: Integration) -> None:
    """Forget every wait: a person says that it may go on."""
    Throttle.objects.filter(pk=integration.pk).update(held_until=None, hold="", outages=0, trips=0)


def _take_in(lesson: Lesson, throttle: Throttle, now: datetime) -> bool:
    """Change `throttle` by what came back; return whether its integration has to wait for it."""
    if lesson.had_good:
        throttle.outages = throttle.trips = 0
        if throttle.hold != Hold.ASKED:
            throttle.held_until, throttle.hold = None, ""
    if lesson.probe_came_back:
        throttle.held_until = now
    is_waiting = (
        throttle.hold == Hold.OUTAGE and throttle.held_until is not None and throttle.held_until > now
    )
    until, hold = now + lesson.wait, Hold.ASKED
    # What fails while the pause lasts began before it, and says nothing new; the row that tries does.
    if lesson.probe_failed or (lesson.bad and not is_waiting):
        throttle.outages += lesson.bad
        if throttle.outages >= OUTAGES_TO_TRIP or throttle.trips:
            trip = min(LONGEST_TRIP, FIRST_TRIP * 2 ** min(throttle.trips, 10))
            throttle.trips = min(throttle.trips + 1, 1000)
            until, hold = max(until, now + trip), Hold.OUTAGE
            throttle.held_until = None
    if until > now and (throttle.held_until is None or until > throttle.held_until):
        throttle.held_until, throttle.hold = until, hold
    return _is_later(throttle.held_until, now)


def _is_later(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
