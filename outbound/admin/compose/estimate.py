"""Estimates when a send ends by its integration's limits, if nothing else goes through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from outbound.models import Integration
from outbound.sending.limits import eligible, rate_limit

MAX_PERIOD = timedelta(days=366)


@dataclass(frozen=True)
class Estimate:
    """When the first and the last message go. `ends` is None where `left` messages do not go in time."""

    begins: datetime
    ends: datetime | None
    left: int = 0


def estimate(integration: Integration, count: int, start: datetime, until: datetime) -> Estimate:
    """Return the estimate for `count` messages that may go from `start` on and not after `until`."""
    held = eligible.throttle_of(integration)
    moment = begins = rate_limit.next_opening(integration, held, start)
    until = min(until, start + MAX_PERIOD)
    day, spent, left = timezone.localdate(begins), rate_limit.used_today(held, begins), count
    while moment < until:
        if day != timezone.localdate(moment):
            day, spent = timezone.localdate(moment), 0
        closes = min(until, _closes(integration, moment))
        going = min(left, _quota(integration, (closes - moment).total_seconds(), spent, left))
        left, spent = left - going, spent + going
        if not left:
            rate = integration.per_second
            return Estimate(begins, moment + timedelta(seconds=going / rate if rate else 0))
        moment = rate_limit.within_hours(integration.opens_at, integration.closes_at, closes)
    return Estimate(begins, None, left)


def _quota(integration: Integration, seconds: float, spent: int, left: int) -> int:
    of_rate = left if integration.per_second is None else int(seconds * integration.per_second)
    of_day = left if integration.per_day is None else max(0, integration.per_day - spent)
    return min(of_rate, of_day)


def _closes(integration: Integration, moment: datetime) -> datetime:
    """Return the end of the sending hours that contain `moment`, or of its day."""
    local = timezone.localtime(moment)
    end = integration.closes_at
    if end and integration.opens_at and end > local.time():
        return rate_limit.at(local.date(), end.replace(fold=local.fold))
    return rate_limit.at(local.date() + timedelta(days=1), time.min)
