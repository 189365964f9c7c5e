"""The mark itself: due rows become `sending`, each with an open attempt, in three statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from outbound.db.sql import stored
from outbound.sending import service_window

# id, integration, campaign, number of the attempt, failed tries, external id, body
Row = tuple[Any, ...]


class Room(NamedTuple):
    """How many rows of one send may go, and whether only those within the 24-hour window."""

    campaign_id: int
    most: int
    asks_window: bool = False


@dataclass(frozen=True)
class Share:
    """How many rows one integration gets, and how many at most of each of its sends, in this order."""

    count: int
    rooms: list[Room]


# Each campaign gives its oldest rows, and a lane takes them in turn: a small send never waits behind a
# large one. MATERIALIZED, because PostgreSQL may otherwise run a limited subquery more than once.
OF_CAMPAIGN = """
SELECT id, integration_id, phone_key, {asks_window} AS asks_window, {place} AS place,
    ROW_NUMBER() OVER (ORDER BY due_at, id) AS turn
FROM (
    SELECT id, integration_id, phone_key, due_at FROM outbound_message
    WHERE status = 'queued' AND campaign_id = %s AND due_at <= %s
    ORDER BY due_at, id LIMIT %s {lock}
) AS oldest"""
_OF_LANE = (
    "SELECT id, integration_id, phone_key, asks_window "
    "FROM (SELECT * FROM ({campaigns}) AS sent ORDER BY turn, place LIMIT %s) AS lane"
)
# What people decided since the launch, and whether the window closed: why a row is left out, or nothing.
_PICKED = f"""
WITH picked AS MATERIALIZED (
    SELECT id, CASE
        WHEN EXISTS (
            SELECT 1 FROM outbound_recipient AS person
            WHERE person.phone_key = due.phone_key AND person.opted_out_at IS NOT NULL
        ) THEN 'opted_out'
        WHEN asks_window AND NOT {service_window.IS_OPEN.format(row="due")} THEN 'window_closed'
        ELSE ''
    END AS left_out
    FROM ({{lanes}}) AS due
)"""
# The status stands in the UPDATE itself: a row that somebody else took or cancelled does not match. It is
# in a CASE, because a planner that believes in few queued rows would rather read all than look up ids.
_MARK = """
UPDATE outbound_message SET
    status = CASE picked.left_out WHEN '' THEN 'sending' ELSE 'skipped' END,
    reason = picked.left_out,
    attempt_count = attempt_count + CASE picked.left_out WHEN '' THEN 1 ELSE 0 END,
    status_changed_at = %s, ticket = %s, lease_until = %s
FROM picked
WHERE outbound_message.id = picked.id
  AND CASE outbound_message.status WHEN 'queued' THEN TRUE ELSE FALSE END
RETURNING outbound_message.id, integration_id, campaign_id, attempt_count, failed_tries, external_id, payload,
    status
"""
# A further attempt has an id of its own, so that a late status can never be laid at the wrong door.
_ATTEMPT_ID = "CASE attempt_count WHEN 1 THEN external_id ELSE external_id || '-' || attempt_count END"
_OPEN_ATTEMPTS = f"""
INSERT INTO outbound_attempt (message_id, number, external_id, outcome, reason, answer, opened_at)
SELECT id, attempt_count, {_ATTEMPT_ID}, 'open', '', '', %s
FROM {{marked}} WHERE {{of_ours}}status = 'sending'
RETURNING id
"""
_OPEN_AFTERWARDS = _OPEN_ATTEMPTS.format(marked="outbound_message", of_ours="ticket = %s AND ")
# PostgreSQL does both at once.
_MARK_AND_OPEN = f"""
, marked AS ({_MARK}), opened AS ({_OPEN_ATTEMPTS.format(marked="marked", of_ours="")})
SELECT marked.*, (SELECT MAX(id) FROM opened) FROM marked
"""


class Marked(NamedTuple):
    """The rows that were marked, and the highest id among the attempts opened for them."""

    rows: list[Row]
    highest_attempt: int


def mark(shares: Iterable[Share], ticket: str, now: datetime) -> Marked:
    """Mark due rows of each share as `sending` under `ticket`, and open their attempts; return them.

    Whoever opted out, or is out of the window where that is asked for, is skipped instead.
    """
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    moment, lease = stored(now), stored(now + timedelta(seconds=settings.SENDER_LEASE_SECONDS))
    parts: list[str] = []
    values: list[Any] = []
    for share in shares:
        campaigns = (
            OF_CAMPAIGN.format(lock=lock, place=place, asks_window="TRUE" if room.asks_window else "FALSE")
            for place, room in enumerate(share.rooms)
        )
        parts.append(_OF_LANE.format(campaigns=" UNION ALL ".join(campaigns)))
        for room in share.rooms:
            values += [room.campaign_id, moment, room.most]
        values.append(share.count)
    if not parts:
        return Marked([], 0)
    picked = _PICKED.format(lanes=" UNION ALL ".join(parts))
    values = [*map(stored, service_window.bounds(now)), *values, moment, ticket, lease]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(picked + _MARK_AND_OPEN, [*values, moment])
            marked = cursor.fetchall()
            return Marked(_ours([row[:-1] for row in marked]), marked[0][-1] or 0 if marked else 0)
        cursor.execute(picked + _MARK, values)
        if not (rows := _ours(cursor.fetchall())):
            return Marked([], 0)
        cursor.execute(_OPEN_AFTERWARDS, [moment, ticket])
        return Marked(rows, max(pk for (pk,) in cursor.fetchall()))


def _ours(marked: list[Row]) -> list[Row]:
    return [row[:-1] for row in marked if row[-1] == "sending"]
