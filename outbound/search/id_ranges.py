"""Narrows a filter of the history to a range of ids, so that a list reads few more rows than it shows.

Lists are ordered by descending id, and every index of the history ends in the id. The bounds are queried
first: with constants the planner uses the index, without them it sorts.
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

# Ids and `created_at` both rise, but a launch writes rows up to minutes after their `created_at`. Rows within
# an hour of a bound are compared one by one.
SLACK = timedelta(hours=1)

_BOUNDS = """
SELECT
    (SELECT id FROM outbound_message WHERE created_at < %s ORDER BY created_at DESC LIMIT 1),
    (SELECT id FROM outbound_message WHERE created_at >= %s ORDER BY created_at LIMIT 1)
"""
# The rows of one campaign have neighbouring ids, but its index has them by status: two lookups for each.
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
    """A campaign with the lowest and highest id of its messages; None if it has none."""

    pk: int
    title: str
    lowest: int | None
    highest: int | None


def queued_between(rows: QuerySet[Message], since: datetime, until: datetime | None) -> QuerySet[Message]:
    """Return those of `rows` that were queued from `since` on, and before `until` if that is given."""
    rows = rows.filter(created_at__gte=since)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    with connection.cursor() as cursor:
        end = until or since
        cursor.execute(_BOUNDS, [stored(since - SLACK), stored(end + SLACK)])
        below, above = cursor.fetchone()
    # Bounds also where no row lies beyond them: without ids SQLite sorts.
    rows = rows.filter(pk__gt=below or 0)
    return rows if until is None else rows.filter(pk__lt=above or BigIntegerField.MAX_BIGINT)


def send(pk: int) -> Send | None:
    """Return the range of a campaign, in one query; None if there is no such campaign."""
    with connection.cursor() as cursor:
        cursor.execute(_SEND, [pk])
        lowest, highest, title = cursor.fetchone()
    return None if title is None else Send(pk, title, lowest, highest)


def of_send(rows: QuerySet[Message], found: Send | None) -> QuerySet[Message]:
    """Return those of `rows` that belong to one campaign."""
    if found is None or found.lowest is None:
        return rows.none()
    # An expression, so that no index is used for it: its rows would have to be sorted.
    is_of_campaign = Exact(ExpressionWrapper(F("campaign_id") + 0, output_field=BigIntegerField()), found.pk)
    return rows.filter(is_of_campaign, pk__gte=found.lowest, pk__lte=found.highest)
