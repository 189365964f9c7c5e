"""Counts for the home page that stop at a limit, so that a page never reads a million rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery, Sum

from outbound.lifecycle import UNCONFIRMED, WAITING, EventState
from outbound.models import Message, Summary, WebhookEvent
from outbound.reports import daily_counts

# The worker looks for events twice a second, so one that is due for a minute is overdue.
OVERDUE_AFTER = timedelta(minutes=1)
# Unreadable events are kept forever; only those of the last day are reported.
RECENT = timedelta(days=1)
MAX_EVENTS = 1_000


class CountOf(Subquery):
    """The number of rows of a sliced query, which Django's Count cannot express in a subquery."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class MessageCounts:
    """Each number is at most one above `daily_counts.MAX_LIVE`."""

    waiting: int = 0
    unconfirmed: int = 0
    today: int = 0


@dataclass(frozen=True)
class EventCounts:
    """Each number is at most MAX_EVENTS. `overdue_since` is when the oldest overdue event was due."""

    overdue: int = 0
    overdue_since: datetime | None = None
    unknown_words: int = 0
    unreadable: int = 0


def message_counts(shown: QuerySet[Message], now: datetime) -> MessageCounts:
    """Count messages in one query; `shown` are those that pages may show.

    One query, and one in `event_counts`, keep the home page within 15 queries when everything is wrong
    at once (tests/admin/dashboard/test_query_counts.py).
    """
    counts: Any = Message.objects.order_by("pk").values(
        waiting=_few(shown.filter(status__in=sorted(WAITING))),
        unconfirmed=_few(Message.objects.filter(status__in=sorted(UNCONFIRMED))),
        today=CountOf(daily_counts.at_most_live(shown, now).values("pk")),
    )
    return MessageCounts(**(counts.first() or {}))


def event_counts(now: datetime) -> EventCounts:
    """Count webhook events that need attention, in one query."""
    overdue = WebhookEvent.objects.filter(due_at__lte=now - OVERDUE_AFTER).order_by("due_at")
    unreadable = WebhookEvent.objects.filter(
        state__in=[EventState.UNREADABLE, EventState.FAILED], received_at__gte=now - RECENT
    )
    counts: Any = WebhookEvent.objects.order_by("pk").values(
        overdue=CountOf(overdue.values("pk")[:MAX_EVENTS]),
        overdue_since=Subquery(overdue.values("due_at")[:1]),
        unknown_words=_some(WebhookEvent.objects.filter(state=EventState.UNKNOWN)),
        unreadable=_some(unreadable),
    )
    return EventCounts(**(counts.first() or {}))


def waiting(counts: MessageCounts) -> int:
    """Return how many messages wait; above `daily_counts.MAX_LIVE`, as the worker last counted them."""
    if counts.waiting <= daily_counts.MAX_LIVE:
        return counts.waiting
    counted = Summary.objects.filter(status__in=sorted(WAITING)).aggregate(sum=Sum("count"))["sum"]
    return max(counts.waiting, counted or 0)


def _few(messages: QuerySet[Message]) -> CountOf:
    return CountOf(messages.order_by().values("pk")[: daily_counts.MAX_LIVE + 1])


def _some(events: QuerySet[WebhookEvent]) -> CountOf:
    return CountOf(events.order_by().values("pk")[:MAX_EVENTS])
