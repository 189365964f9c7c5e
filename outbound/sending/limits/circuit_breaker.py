"""Holds that follow from the gateway's responses: a wait that it asks for, a pause after five outages.

After a pause one message probes the gateway; each failed probe doubles the pause, up to 15 minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from outbound.lifecycle import Hold
from outbound.models import Integration, Throttle
from outbound.sending.limits import rate_limit

OUTAGES_TO_TRIP = 5
FIRST_TRIP = timedelta(seconds=30)
LONGEST_TRIP = timedelta(minutes=15)


@dataclass
class ResponseSummary:
    """What a batch of responses, in order of arrival, says about one gateway."""

    bad: int = 0  # outages since the last good response of the batch
    had_good: bool = False
    wait: timedelta = timedelta(0)  # the longest that the gateway asked for
    probe_failed: bool = False
    probe_came_back: bool = False  # unsent, so the gateway was not tried
    unsent: Counter[date] = field(
        default_factory=Counter
    )  # claims that sent nothing, by the day they were counted on

    def good(self) -> None:
        self.bad, self.had_good = 0, True

    @property
    def says_anything(self) -> bool:
        return bool(self.bad or self.wait or self.probe_failed or self.probe_came_back or self.unsent)


def update(summaries: dict[int, ResponseSummary], unhealthy: Set[int], now: datetime) -> set[int]:
    """Update the throttles by the responses of a batch; return the ids of the integrations held now.

    `summaries` is by integration id. Good responses are saved only for integrations in `unhealthy`, since
    they change nothing for the others.
    """
    relevant = {pk: one for pk, one in summaries.items() if one.says_anything or pk in unhealthy}
    if not relevant:
        return set()
    waiting = set()
    for pk, throttle in rate_limit.lock_throttles(relevant).items():
        for day, count in relevant[pk].unsent.items():
            rate_limit.give_back(throttle, day, count)
        if _apply(relevant[pk], throttle, now):
            waiting.add(pk)
        throttle.save(update_fields=["held_until", "hold", "outages", "trips", "used"])
    return waiting


def release(integration: Integration) -> None:
    """Remove the hold and forget past outages."""
    Throttle.objects.filter(pk=integration.pk).update(held_until=None, hold="", outages=0, trips=0)


def _apply(summary: ResponseSummary, throttle: Throttle, now: datetime) -> bool:
    """Change `throttle`, unsaved; return whether its integration is held now."""
    if summary.had_good:
        throttle.outages = throttle.trips = 0
        if throttle.hold != Hold.ASKED:
            throttle.held_until, throttle.hold = None, ""
    if summary.probe_came_back:
        throttle.held_until = now
    is_waiting = (
        throttle.hold == Hold.OUTAGE and throttle.held_until is not None and throttle.held_until > now
    )
    until, hold = now + summary.wait, Hold.ASKED
    # A request that fails during the pause began before it and says nothing new; a failed probe does.
    if summary.probe_failed or (summary.bad and not is_waiting):
        throttle.outages += summary.bad
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
