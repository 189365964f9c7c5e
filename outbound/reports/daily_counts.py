"""Counts a day's messages by hour, integration, template, status and reason, always from the rows.

The worker stores the counts. A page counts today itself while there are few messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from outbound.lifecycle import UNCONFIRMED, WAITING
from outbound.models import Message, Summary, SummaryDay

# A page counts so many in less than 10 ms; above that it shows the worker's last count.
MAX_LIVE = 5_000
# The status of an old day's message may change from these without an event that marks its day.
OPEN = sorted(WAITING | UNCONFIRMED)
RECOUNT_INTERVAL = timedelta(minutes=10)
MAX_OLD_DAYS = 4
_HOUR = timedelta(hours=1)
_GROUPS = ("integration_id", "template_id", "status", "reason", "failure_code")


@dataclass(frozen=True)
class Numbers:
    """Counts as unsaved or saved rows. `as_of` is when today's were made, None if they were not."""

    rows: Sequence[Summary]
    as_of: datetime | None
    is_live: bool


def midnight(day: date) -> datetime:
    """Return when a local day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def at_most_live(shown: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Return messages of today, at most one more than a page counts itself."""
    return shown.filter(created_at__gte=midnight(timezone.localdate(now))).order_by()[: MAX_LIVE + 1]


def today(now: datetime, *, shown: QuerySet[Message] | None = None, count: int | None = None) -> Numbers:
    """Return the counts of today.

    `shown` are all messages on show, and `count` is that of `at_most_live`, if they are known already.
    """
    day, shown = timezone.localdate(now), Message.objects.shown() if shown is None else shown
    if (at_most_live(shown, now).count() if count is None else count) <= MAX_LIVE:
        return Numbers(counted(day, shown), now, is_live=True)
    counted_at = SummaryDay.objects.filter(day=day).values("counted_at")
    rows = list(Summary.objects.filter(day=day).annotate(counted_at=counted_at))
    return Numbers(rows, rows[0].counted_at if rows else None, is_live=False)


def of_days(
    first: date,
    last: date,
    now: datetime,
    *,
    shown: QuerySet[Message] | None = None,
    count: int | None = None,
) -> Numbers:
    """Return the counts of some days, without hours except for today."""
    day = timezone.localdate(now)
    stored = Summary.objects.filter(day__gte=first, day__lte=last).exclude(day=day).order_by()
    grouped = stored.values("day", *_GROUPS).annotate(sum=Sum("count"))
    rows = [Summary(hour=0, count=row.pop("sum"), **row) for row in grouped]
    if not first <= day <= last:
        return Numbers(rows, None, is_live=True)
    numbers = today(now, shown=shown, count=count)
    return Numbers([*rows, *numbers.rows], numbers.as_of, numbers.is_live)


def counted(day: date, shown: QuerySet[Message] | None = None) -> list[Summary]:
    """Count a local day's messages, in one query."""
    begin, end = midnight(day), midnight(day + timedelta(days=1))
    shown = Message.objects.shown() if shown is None else shown
    messages = shown.filter(created_at__gte=begin, created_at__lt=end).order_by()
    own = {"template_id": F("campaign__template_id"), "hour": _local_hour(begin, end)}
    groups = [name for name in _GROUPS if name not in own]
    found = messages.values(*groups, **own).annotate(count=Count("pk"))
    return [Summary(day=day, **row) for row in found]


def recount(day: date, now: datetime) -> None:
    """Count a day and replace its stored counts."""
    if day != timezone.localdate(now):
        _begin(day)
    rows = counted(day)
    with transaction.atomic():
        if _is_newest(day, now):
            Summary.objects.filter(day=day).delete()
            Summary.objects.bulk_create(rows, batch_size=500)


def due_days(now: datetime) -> list[date]:
    """Return the days to count now: today, and some older ones that are stale or still have open messages."""
    day = timezone.localdate(now)
    _open_days(day)
    moving = Summary.objects.filter(status__in=OPEN, day__lt=day).values("day")
    due = Q(is_stale=True) | Q(counted_at=None) | Q(day__in=moving, counted_at__lt=now - RECOUNT_INTERVAL)
    oldest = F("counted_at").asc(nulls_first=True)
    older = SummaryDay.objects.filter(due, day__lt=day).order_by(oldest, "-day")
    return [day, *older.values_list("day", flat=True)[:MAX_OLD_DAYS]]


def counted_days(first: date, last: date) -> QuerySet[SummaryDay]:
    """Return which of these days were counted."""
    return SummaryDay.objects.filter(day__gte=first, day__lte=last, counted_at__isnull=False)


def _begin(day: date) -> None:
    """Clear the stale mark before the rows are read, so that one set meanwhile stays.

    Without `counted_at` the day stays due if this process dies before the counts are written.
    """
    SummaryDay.objects.update_or_create(day=day, defaults={"is_stale": False, "counted_at": None})


def _is_newest(day: date, now: datetime) -> bool:
    """Lock a day's row until the commit; False if it was counted later than `now` already."""
    SummaryDay.objects.bulk_create([SummaryDay(day=day)], ignore_conflicts=True)
    older = SummaryDay.objects.filter(Q(counted_at=None) | Q(counted_at__lte=now), day=day)
    return bool(older.update(counted_at=now))


def _open_days(day: date) -> None:
    """Give each day before `day` a row, from the first message on; a new one is due."""
    begin = Message.objects.aggregate(first=Min("created_at"))["first"]
    first = timezone.localdate(begin) if begin else day
    days = max(0, (day - first).days)
    if SummaryDay.objects.filter(day__gte=first, day__lt=day).count() < days:
        every = [SummaryDay(day=first + timedelta(days=number)) for number in range(days)]
        SummaryDay.objects.bulk_create(every, ignore_conflicts=True)


def _local_hour(begin: datetime, end: datetime) -> Case:
    """Return the local hour by precomputed bounds: for SQLite Django would call Python for each row."""
    bounds = [When(created_at__lt=until, then=Value(hour)) for until, hour in _hours(begin, end)]
    return Case(*bounds, output_field=IntegerField())


def _hours(begin: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the end and the local number of each hour; a day has 23 or 25 when clocks change."""
    moment = begin.astimezone(UTC)
    while moment < end:
        yield moment + _HOUR, timezone.localtime(moment).hour
        moment += _HOUR
