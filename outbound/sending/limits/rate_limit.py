"""How fast an integration may go: its pace, its day, its hours, and until when it has to wait.

Numbers live in the database, one `Throttle` row per integration, so that every sender on every machine
obeys the same ones. What a gateway earns by its answers is in breaker.py.
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

# What a late sender may make up for: so much that whoever asks each 50 ms gets the whole pace, and so
# little that no second has a tenth more than it (or one message more, below 20 a second).
CREDIT_SECONDS = 0.09
LATENESS_SECONDS = 0.05
# A clock that runs ahead on one machine must not hold the others back for as long.
LONGEST_LEAD = timedelta(seconds=5)


class Limits(Protocol):
    """What a person set for an integration."""

    per_second: int | None
    per_day: int | None
    opens_at: time | None
    closes_at: time | None


@dataclass(frozen=True)
class Allowance:
    """How many may be claimed at this moment (None: as many as there are slots), or when to ask again."""

    count: int | None
    next_at: datetime | None = None
    is_probe: bool = False

    def within(self, slots: int) -> int:
        return slots if self.count is None else min(slots, self.count)


def allowance(limits: Limits, throttle: Throttle, now: datetime) -> Allowance:
    """Return what may be claimed now, as far as time and the gateway are concerned."""
    closed_until = opens(limits, throttle, now)
    if closed_until > now:
        return Allowance(0, closed_until)
    counts = []
    if limits.per_day is not None:
        counts.append(limits.per_day - used_today(throttle, now))
    if limits.per_second:
        counts.append(_paced(limits.per_second, throttle, now))
    if throttle.trips:
        return Allowance(min([1, *counts]), now + timedelta(seconds=1), is_probe=True)
    if not counts:
        return Allowance(None)
    pause = timedelta(seconds=1 / limits.per_second) if limits.per_second else timedelta(seconds=1)
    return Allowance(min(counts), now + pause)


def opens(limits: Limits, throttle: Throttle, now: datetime) -> datetime:
    """Return the first moment from `now` on at which something may be sent; the pace is left out."""
    moment = max(now, throttle.held_until) if throttle.held_until else now
    moment = within_hours(limits.opens_at, limits.closes_at, moment)
    if limits.per_day is not None and used_today(throttle, moment) >= limits.per_day:
        tomorrow = timezone.localdate(moment) + timedelta(days=1)
        moment = within_hours(limits.opens_at, limits.closes_at, at(tomorrow, time.min))
    return moment


def within_hours(opens_at: time | None, closes_at: time | None, moment: datetime) -> datetime:
    """Return `moment`, or the next opening after it.

    Hours are local. An end that is before the start belongs to the next day.
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
    """Return a local time of a day, in UTC: a difference is right there also where clocks change."""
    return timezone.make_aware(datetime.combine(day, clock)).astimezone(UTC)


def used_today(throttle: Throttle, now: datetime) -> int:
    # A day that lies ahead was written by a clock that runs ahead; it is never taken back.
    return throttle.used if throttle.day and throttle.day >= timezone.localdate(now) else 0


def day_of(throttle: Throttle, now: datetime) -> date:
    """Return the local day that a claim at `now` counts for."""
    return max(timezone.localdate(now), throttle.day or date.min)


def spend(
    limits: Limits, throttle: Throttle, count: int, now: datetime, *, probe_until: datetime | None
) -> None:
    """Write down that `count` were claimed; `probe_until` keeps other senders from probing as well."""
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
    """Take `count` claims of `day` that certainly sent nothing off that day's use, in `throttle` alone."""
    if throttle.day == day:
        throttle.used = max(0, throttle.used - count)


def locked(integration_ids: Iterable[int]) -> dict[int, Throttle]:
    """Return the throttles, made where there was none, held until the transaction ends."""
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
    if until is None or until > now + LONGEST_LEAD:
        return now - credit
    return max(until, now - credit)
