"""How long a send takes at its integration's pace, day and hours, if nothing else goes through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from outbound.models import Integration
from outbound.sending.limits import eligible, rate_limit

LONGEST_LOOK = timedelta(days=366)


@dataclass(frozen=True)
class Forecast:
    """When the first message may go, and when the last one does: None, with how many are left, if late."""

    begins: datetime
    ends: datetime | None
    left: int = 0


def forecast(integration: Integration, count: int, start: datetime, until: datetime) -> Forecast:
    """Return what becomes of `count` messages that may go from `start` on and not after `until`."""
    held = eligible.throttle_of(integration)
    moment = begins = rate_limit.next_opening(integration, held, start)
    until = min(until, start + LONGEST_LOOK)
    day, spent, left = timezone.localdate(begins), rate_limit.used_today(held, begins), count
    while moment < until:
        if day != timezone.localdate(moment):
            day, spent = timezone.localdate(moment), 0
        closes = min(until, _closes(integration, moment))
        going = min(left, _room(integration, (closes - moment).total_seconds(), spent, left))
        left, spent = left - going, spent + going
        if not left:
            pace = integration.per_second
            return Forecast(begins, moment + timedelta(seconds=going / pace if pace else 0))
        moment = rate_limit.within_hours(integration.opens_at, integration.closes_at, closes)
    return Forecast(begins, None, left)


def _room(integration: Integration, seconds: float, spent: int, left: int) -> int:
    of_pace = left if integration.per_second is None else int(seconds * integration.per_second)
    of_day = left if integration.per_day is None else max(0, integration.per_day - spent)
    return min(of_pace, of_day)


def _closes(integration: Integration, moment: datetime) -> datetime:
    """Return when the allowed hours that `moment` lies in end, or its day."""
    local = timezone.localtime(moment)
    end = integration.closes_at
    if end and integration.opens_at and end > local.time():
        return rate_limit.at(local.date(), end.replace(fold=local.fold))
    return rate_limit.at(local.date() + timedelta(days=1), time.min)
