"""What a filter of the history means in ids: so a list reads the rows it shows, of a million, and few more.

Every list shows the newest first, that is by descending id, and every index of the history ends in the id.
The borders are asked for beforehand: a planner that knows them finds the rows, and one that does not sorts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet
from django.db.models.lookups import Exact

from outbound.db.sql import stored
from outbound.lifecycle import MessageStatus
from outbound.models import Message

# Ids and moments of queuing are given out together, at the launch. A launch writes its rows later than its
# moment says, by minutes at most; whatever lies within an hour of a border is looked at row by row.
SLACK = timedelta(hours=1)

_BORDERS = """
SELECT
    (SELECT id FROM outbound_message WHERE created_at < %s ORDER BY created_at DESC LIMIT 1),
    (SELECT id FROM outbound_message WHERE created_at >= %s ORDER BY created_at LIMIT 1)
"""
# The rows of one send stand together, but its index has them by status: two looks for each.
_SEND = """
SELECT MIN(lowest), MAX(highest), MAX(title) FROM (
    SELECT
        (SELECT id FROM outbound_message WHERE campaign_id = send.id AND status = column1
         ORDER BY id LIMIT 1) AS lowest,
        (SELECT id FROM outbound_message WHERE campaign_id = send.id AND status = column1
         ORDER BY id DESC LIMIT 1) AS highest,
        title
    FROM (VALUES {statuses}) AS every, outbound_campaign AS send WHERE send.id = %s
) AS ends
""".format(statuses=", ".join(f"('{status.value}')" for status in MessageStatus))


@dataclass(frozen=True)
class Send:
    """One send, and the first and the last of its rows; None where it has none."""

    pk: int
    title: str
    lowest: int | None
    highest: int | None


def queued_between(rows: QuerySet[Message], since: datetime, until: datetime | None) -> QuerySet[Message]:
    """Return those of `rows` that were queued from `since` on, and before `until` where that is given."""
    rows = rows.filter(created_at__gte=since)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    with connection.cursor() as cursor:
        end = until or since
        cursor.execute(_BORDERS, [stored(since - SLACK), stored(end + SLACK)])
        below, above = cursor.fetchone()
    # Borders in ids also where no row lies beyond them: with moments alone SQLite sorts.
    rows = rows.filter(pk__gt=below or 0)
    return rows if until is None else rows.filter(pk__lt=above or BigIntegerField.MAX_BIGINT)


def send(pk: int) -> Send | None:
    """Return what `of_send` needs to know, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(_SEND, [pk])
        lowest, highest, title = cursor.fetchone()
    return None if title is None else Send(pk, title, lowest, highest)


def of_send(rows: QuerySet[Message], found: Send | None) -> QuerySet[Message]:
    """Return those of `rows` that belong to one send."""
    if found is None or found.lowest is None:
        return rows.none()
    # Written so that no index answers it: the only one would have to be sorted.
    is_of_it = Exact(ExpressionWrapper(F("campaign_id") + 0, output_field=BigIntegerField()), found.pk)
    return rows.filter(is_of_it, pk__gte=found.lowest, pk__lte=found.highest)
