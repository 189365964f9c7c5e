"""The unconfirmed messages that a query string selects: by filter, or row by row.

The selection is kept in the query string only, so it survives going back, reloading and a new sign-in.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import QuerySet
from django.http import QueryDict

from outbound.lifecycle import UNCONFIRMED
from outbound.models import Message
from outbound.search.terms import MAX_TERM_LENGTH, as_pk, find_messages

MAX_SELECTED = 500
FILTERS = ("integration", "campaign", "q")


def unconfirmed(query: QueryDict) -> QuerySet[Message]:
    """Return the unconfirmed messages that match the filters in `query`, newest first."""
    rows = Message.objects.filter(status__in=UNCONFIRMED).order_by("-id")
    for name in ("integration", "campaign"):
        if query.get(name):
            rows = rows.filter(**{f"{name}_id": as_pk(query[name])})
    text = query.get("q", "").replace("\x00", "").strip()
    if not text:
        return rows
    return find_messages(rows, text) if len(text) <= MAX_TERM_LENGTH else rows.none()


def selected(query: QueryDict, now: datetime) -> QuerySet[Message]:
    """Return the selected rows, or with `all` the rows that matched the filters when the page was `seen`."""
    if query.get("all"):
        # Nobody has looked at a message that became unconfirmed after that.
        return unconfirmed(query).filter(status_changed_at__lte=from_param(query.get("seen", ""), now))
    return Message.objects.filter(status__in=UNCONFIRMED, pk__in=selected_ids(query)).order_by("-id")


def selected_ids(query: QueryDict) -> list[int]:
    return [as_pk(text) for text in query.getlist("message")[:MAX_SELECTED]]


def to_param(moment: datetime) -> str:
    """Return a moment as a query parameter: microseconds since the epoch."""
    return str(round(moment.timestamp() * 1_000_000))


def from_param(text: str, now: datetime) -> datetime:
    """Parse the result of `to_param`; at most `now`, and the epoch if it cannot be parsed."""
    return datetime.fromtimestamp(min(as_pk(text) / 1_000_000, now.timestamp()), tz=UTC)


def filters(query: QueryDict) -> QueryDict:
    """Return only the filters of `query`, for links that keep them."""
    kept = QueryDict(mutable=True)
    for name in FILTERS:
        if value := query.get(name):
            kept[name] = value
    return kept
