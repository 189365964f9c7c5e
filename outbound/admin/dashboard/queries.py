"""All that a page of numbers asks of the whole console at once: one question, no part of which walks far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, IntegerField, QuerySet, Subquery

from outbound.lifecycle import IN_DOUBT, WAITING, EventState
from outbound.models import Heartbeat, Message, Recipient, Summary, Template, WebhookEvent
from outbound.reports import daily_counts
from outbound.sending import heartbeat

# An event that is due for so long should have been taken in; the worker looks twice a second.
EVENT_PATIENCE = timedelta(minutes=1)
# What nobody can read stays for ever, so only what is new is told.
RECENT = timedelta(days=1)
MOST_EVENTS = 1_000


class CountOf(Subquery):
    """How many rows a query has; the query is sliced, so that nobody counts a million."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class SumOf(Subquery):
    """The sum of the column `count` of a query of counts."""

    template = "(SELECT COALESCE(SUM(summed.count), 0) FROM (%(subquery)s) AS summed)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Glance:
    """`waiting`, `in_doubt` and `today` count no further than one above `summaries.FEW`.

    `counted_waiting` is what waited when the days were counted last. `events_since` is when the oldest
    event that is overdue should have been taken in.
    """

    sender_at: datetime | None
    intake_at: datetime | None
    waiting: int
    counted_waiting: int
    in_doubt: int
    today: int
    events: int
    events_since: datetime | None
    unknown_words: int
    unreadable: int
    has_templates: bool
    has_recipients: bool

    @property
    def signs(self) -> dict[str, datetime | None]:
        return {
            heartbeat.SENDER: self.sender_at,
            heartbeat.INTAKE: self.intake_at,
            heartbeat.OLDEST_EVENT: self.events_since,
        }


def ask(user: User, parts: dict[str, Any]) -> dict[str, Any]:
    """Ask several things in one question. The reader's own row carries the answers: it is certainly there."""
    answers: Any = User.objects.filter(pk=user.pk).values(**parts).get()
    return dict(answers)


def glance(user: User, shown: QuerySet[Message], now: datetime) -> Glance:
    """Ask how the console stands; `shown` are all messages that are shown."""
    overdue = WebhookEvent.objects.filter(due_at__lte=now - EVENT_PATIENCE).order_by("due_at")
    strange = WebhookEvent.objects.filter(
        state__in=[EventState.UNREADABLE, EventState.FAILED], received_at__gte=now - RECENT
    )
    parts: dict[str, Any] = {
        "sender_at": beat(heartbeat.SENDER),
        "intake_at": beat(heartbeat.INTAKE),
        "waiting": _few(shown.filter(status__in=sorted(WAITING))),
        "counted_waiting": SumOf(Summary.objects.filter(status__in=sorted(WAITING)).values("count")),
        "in_doubt": _few(Message.objects.filter(status__in=sorted(IN_DOUBT))),
        "today": of_today(shown, now),
        "events": CountOf(overdue.values("pk")[:MOST_EVENTS]),
        "events_since": Subquery(overdue.values("due_at")[:1]),
        "unknown_words": _some(WebhookEvent.objects.filter(state=EventState.UNKNOWN)),
        "unreadable": _some(strange),
        "has_templates": Exists(Template.objects.all()),
        "has_recipients": Exists(Recipient.objects.all()),
    }
    return Glance(**ask(user, parts))


def of_today(shown: QuerySet[Message], now: datetime) -> CountOf:
    """How many messages of today there are, as far as a page has to know."""
    return CountOf(daily_counts.at_most_few(shown, now).values("pk"))


def beat(name: str) -> Subquery:
    return Subquery(Heartbeat.objects.filter(name=name).values("beat_at")[:1])


def _few(messages: QuerySet[Message]) -> CountOf:
    return CountOf(messages.order_by().values("pk")[: daily_counts.FEW + 1])


def _some(events: QuerySet[WebhookEvent]) -> CountOf:
    return CountOf(events.order_by().values("pk")[:MOST_EVENTS])
