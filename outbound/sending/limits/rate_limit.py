"""An integration's rate limit: messages per second and per day, allowed hours, and holds.

The counts are in the database, one `Throttle` row per integration, so that the senders of all machines share
them. Holds that follow from the gateway's responses are set by circuit_breaker.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from outbound.models import Throttle

# How much unused time a sender may catch up on: enough that one that claims every 50 ms reaches the full
# rate, and so little that no second exceeds the rate by more than a tenth (below 20 per second: one message).
CREDIT_SECONDS = 0.09
LATENESS_SECONDS = 0.05
# A longer hold was written by a machine whose clock is ahead, and is ignored.
MAX_CLOCK_LEAD = timedelta(seconds=5)


class Limits(Protocol):
    """The limits that a person set for an integration."""

    per_second: int | None
    per_day: int | None
    opens_at: time | None
    closes_at: time | None


@dataclass(frozen=True)
class IntegrationQuota:
    """How many messages may be claimed now (None: no limit), and when to claim again.

    A probe is the one message that tries a gateway after a hold of the circuit breaker.
    """

    count: int | None
    next_at: datetime | None = None
    is_probe: bool = False

    def within(self, slots: int) -> int:
        return slots if self.count is None else min(slots, self.count)


def quota(limits: Limits, throttle: Throttle, now: datetime) -> IntegrationQuota:
    """Return how many messages may be claimed at `now`."""
    closed_until = next_opening(limits, throttle, now)
    if closed_until > now:
        return IntegrationQuota(0, closed_until)
    counts = []
    if limits.per_day is not None:
        counts.append(limits.per_day - used_today(throttle, now))
    if limits.per_second:
        counts.append(_paced(limits.per_second, throttle, now))
    if throttle.trips:
        return IntegrationQuota(min([1, *counts]), now + timedelta(seconds=1), is_probe=True)
    if not counts:
        return IntegrationQuota(None)
    pause = timedelta(seconds=1 / limits.per_second) if limits.per_second else timedelta(seconds=1)
    return IntegrationQuota(min(counts), now + pause)


def next_opening(limits: Limits, throttle: Throttle, now: datetime) -> datetime:
    """Return the first moment from `now` on at which something may be sent, the rate per second aside."""
    moment = max(now, throttle.held_until) if throttle.held_until else now
    moment = within_hours(limits.opens_at, limits.closes_at, moment)
    if limits.per_day is not None and used_today(throttle, moment) >= limits.per_day:
        tomorrow = timezone.localdate(moment) + timedelta(days=1)
        moment = within_hours(limits.opens_at, limits.closes_at, at(tomorrow, time.min))
    return moment


def within_hours(opens_at: time | None, closes_at: time | None, moment: datetime) -> datetime:
    """Return `moment`, or the next opening after it.

    Hours are local time. Where they close earlier than they open, they close on the next day.
    """
    if opens_at is None or closes_at is None or opens_at == closes_at:
        return moment
    local = timezone.localtime(moment)
    clock = local.time()
    is_day = opens_at < closes_at
    if opens_at <= clock < closes_at if is_day else (clock >= opens_at or clock < closes_at):
        return moment
    if clock < opens_at:
        return at(local.date(), opens_at.replace(fold=local.fold))
    return at(local.date() + timedelta(days=1), opens_at)


def at(day: date, clock: time) -> datetime:
    """Return a local time of a day in UTC, where differences are right on days with a change of clocks."""
    return timezone.make_aware(datetime.combine(day, clock)).astimezone(UTC)


def used_today(throttle: Throttle, now: datetime) -> int:
    # A later day was written by a machine whose clock is ahead, and stays.
    return throttle.used if throttle.day and throttle.day >= timezone.localdate(now) else 0


def day_of(throttle: Throttle, now: datetime) -> date:
    """Return the local day on whose limit a claim at `now` counts."""
    return max(timezone.localdate(now), throttle.day or date.min)


def spend(
    limits: Limits, throttle: Throttle, count: int, now: datetime, *, probe_until: datetime | None
) -> None:
    """Count `count` claimed messages; until `probe_until` no other sender probes."""
    changes: dict[str, object] = {}
    if limits.per_second:
        step = timedelta(seconds=1 / limits.per_second)
        changes["paced_until"] = _pace_start(limits.per_second, throttle, now) + count * step
    if limits.per_day is not None:
        changes |= {"day": day_of(throttle, now), "used": used_today(throttle, now) + count}
    if probe_until:
        changes["held_until"] = probe_until
    if changes:
        Throttle.objects.filter(pk=throttle.pk).update(**changes)


def give_back(throttle: Throttle, day: date, count: int) -> None:
    """Subtract `count` claims that sent nothing from the use of `day`. Does not save `throttle`."""
    if throttle.day == day:
        throttle.used = max(0, throttle.used - count)


def lock_throttles(integration_ids: Iterable[int]) -> dict[int, Throttle]:
    """Return the throttles by integration id, locked until the transaction ends; missing ones are created."""
    ids = sorted(set(integration_ids))
    rows: QuerySet[Throttle] = Throttle.objects.filter(pk__in=ids).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    found = {one.pk: one for one in rows}
    if missing := [pk for pk in ids if pk not in found]:
        Throttle.objects.bulk_create([Throttle(pk=pk) for pk in missing], ignore_conflicts=True)
        found = {one.pk: one for one in rows.all()}
    return found


def _paced(per_second: int, throttle: Throttle, now: datetime) -> int:
    passed = (now - _pace_start(per_second, throttle, now)).total_seconds()
    return max(0, math.floor(passed * per_second + 1e-6))


def _pace_start(per_second: int, throttle: Throttle, now: datetime) -> datetime:
    credit = timedelta(seconds=max(CREDIT_SECONDS, 1 / per_second + LATENESS_SECONDS))
    until = throttle.paced_until
    if until is None or until > now + MAX_CLOCK_LEAD:
        return now - credit
    return max(until, now - credit)
