"""Which messages in doubt an address speaks of: what a filter matches, or rows that were ticked.

A choice lives in the address alone, so going back, reloading and signing in anew keep it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import QuerySet
from django.http import QueryDict

from outbound.lifecycle import IN_DOUBT
from outbound.models import Message
from outbound.search.terms import MAX_TERM_LENGTH, as_pk, find_messages

MAX_TICKED = 500
FILTERS = ("integration", "campaign", "q")


def in_doubt(query: QueryDict) -> QuerySet[Message]:
    """Return the messages in doubt that the filter in `query` matches, the newest first."""
    rows = Message.objects.filter(status__in=IN_DOUBT).order_by("-id")
    for name in ("integration", "campaign"):
        if query.get(name):
            rows = rows.filter(**{f"{name}_id": as_pk(query[name])})
    text = query.get("q", "").replace("\x00", "").strip()
    if not text:
        return rows
    return find_messages(rows, text) if len(text) <= MAX_TERM_LENGTH else rows.none()


def chosen(query: QueryDict, now: datetime) -> QuerySet[Message]:
    """Return what is to be decided: the ticked rows, or with `all` whatever the filter matched when seen."""
    if query.get("all"):
        # A doubt that arose since then was not looked at by anybody.
        return in_doubt(query).filter(status_changed_at__lte=unstamped(query.get("seen", ""), now))
    return Message.objects.filter(status__in=IN_DOUBT, pk__in=ticked(query)).order_by("-id")


def ticked(query: QueryDict) -> list[int]:
    return [as_pk(text) for text in query.getlist("message")[:MAX_TICKED]]


def stamped(moment: datetime) -> str:
    """Write a moment for an address, to the microsecond."""
    return str(round(moment.timestamp() * 1_000_000))


def unstamped(text: str, now: datetime) -> datetime:
    """Read what `stamped` wrote; nothing lies after `now`, and nonsense lies long ago."""
    return datetime.fromtimestamp(min(as_pk(text) / 1_000_000, now.timestamp()), tz=UTC)


def kept(query: QueryDict) -> QueryDict:
    """Return the filter of `query` alone, for links that keep it."""
    filters = QueryDict(mutable=True)
    for name in FILTERS:
        if value := query.get(name):
            filters[name] = value
    return filters
