"""How fast an integration may go: its pace, its day, its hours, and the waits a gateway earns.

Numbers live in the database, one `Throttle` row per integration, so that every sender on every machine
obeys the same ones (design/sending.md, "Backoff" and "Breaker").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from outbound.lifecycle import Hold
from outbound.models import Integration, Throttle

# What a late sender may make up for: so much that whoever asks each 50 ms gets the whole pace, and so
# little that no second has a tenth more than it (or one message more, below 20 a second).
CREDIT_SECONDS = 0.09
LATENESS_SECONDS = 0.05
# A clock that runs ahead on one machine must not hold the others back for as long.
LONGEST_LEAD = timedelta(seconds=5)
OUTAGES_TO_TRIP = 5
FIRST_TRIP = timedelta(seconds=30)
LONGEST_TRIP = timedelta(minutes=15)


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
        midnight = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
        moment = within_hours(limits.opens_at, limits.closes_at, midnight + timedelta(days=1))
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
    start = local.replace(hour=opens_at.hour, minute=opens_at.minute, second=opens_at.second, microsecond=0)
    return start if clock < opens_at else start + timedelta(days=1)


def used_today(throttle: Throttle, now: datetime) -> int:
    # A day that lies ahead was written by a clock that runs ahead; it is never taken back.
    return throttle.used if throttle.day and throttle.day >= timezone.localdate(now) else 0


def spend(
    limits: Limits, throttle: Throttle, count: int, now: datetime, *, probe_until: datetime | None
) -> None:
    """Write down that `count` were claimed; `probe_until` keeps other senders from probing as well."""
    changes: dict[str, object] = {}
    if limits.per_second:
        step = timedelta(seconds=1 / limits.per_second)
        changes["paced_until"] = _pace_start(limits.per_second, throttle, now) + count * step
    if limits.per_day is not None:
        today = max(timezone.localdate(now), throttle.day or date.min)
        changes |= {"day": today, "used": used_today(throttle, now) + count}
    if probe_until:
        changes["held_until"] = probe_until
    if changes:
        Throttle.objects.filter(pk=throttle.pk).update(**changes)


def give_back(counts: dict[int, int]) -> None:
    """Take claims that certainly sent nothing off the day's count; `counts` is by integration."""
    for integration_id, count in counts.items():
        Throttle.objects.filter(pk=integration_id, used__gte=count).update(used=F("used") - count)


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


def release(integration: Integration) -> None:
    """Forget every wait: a person says that it may go on."""
    Throttle.objects.filter(pk=integration.pk).update(held_until=None, hold="", outages=0, trips=0)


@dataclass
class Lesson:
    """What a batch of results says about one gateway, in the order in which they came."""

    bad: int = 0  # outages since the last good answer of the batch
    had_good: bool = False
    wait: timedelta = timedelta(0)  # the longest that was asked for

    def good(self) -> None:
        self.bad, self.had_good = 0, True

    @property
    def says_anything(self) -> bool:
        return bool(self.bad or self.wait)


def learn(lessons: dict[int, Lesson], uneasy: Set[int], now: datetime) -> set[int]:
    """Take in what came back, by integration; return the integrations that have to wait now.

    Good answers are written down only where `uneasy` names the integration, for they change nothing else.
    """
    heeded = {pk: one for pk, one in lessons.items() if one.says_anything or pk in uneasy}
    if not heeded:
        return set()
    waiting = set()
    for pk, throttle in locked(heeded).items():
        if _take_in(heeded[pk], throttle, now):
            waiting.add(pk)
        throttle.save(update_fields=["held_until", "hold", "outages", "trips"])
    return waiting


def _take_in(lesson: Lesson, throttle: Throttle, now: datetime) -> bool:
    if lesson.had_good:
        throttle.outages = throttle.trips = 0
        if throttle.hold == Hold.OUTAGE or not throttle.hold:
            throttle.held_until, throttle.hold = None, ""
    throttle.outages += lesson.bad
    until, hold = now + lesson.wait, Hold.ASKED
    if lesson.bad and (throttle.outages >= OUTAGES_TO_TRIP or throttle.trips):
        trip = min(LONGEST_TRIP, FIRST_TRIP * 2 ** min(throttle.trips, 10))
        throttle.trips = min(throttle.trips + 1, 1000)
        until, hold = max(until, now + trip), Hold.OUTAGE
    if until <= now:
        return False
    if not throttle.held_until or until > throttle.held_until or hold == Hold.OUTAGE:
        throttle.held_until, throttle.hold = until, hold
    return True


def _paced(per_second: int, throttle: Throttle, now: datetime) -> int:
    passed = (now - _pace_start(per_second, throttle, now)).total_seconds()
    return max(0, math.floor(passed * per_second + 1e-6))


def _pace_start(per_second: int, throttle: Throttle, now: datetime) -> datetime:
    credit = timedelta(seconds=max(CREDIT_SECONDS, 1 / per_second + LATENESS_SECONDS))
    until = throttle.paced_until
    if until is None or until > now + LONGEST_LEAD:
        return now - credit
    return max(until, now - credit)
