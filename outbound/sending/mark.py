"""The mark itself: due rows become `sending`, each with an open attempt, in three statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

# id, integration, campaign, number of the attempt, failed tries, external id, body
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Share:
    """How many rows one integration gets, and how many at most of each of its sends."""

    count: int
    rooms: list[tuple[int, int]]


# Each campaign gives its oldest rows, and a lane takes them in turn: a small send never waits behind a
# large one. MATERIALIZED, because PostgreSQL may otherwise run a limited subquery more than once.
OF_CAMPAIGN = """
SELECT id, phone_key, ROW_NUMBER() OVER (ORDER BY due_at, id) AS turn FROM (
    SELECT id, phone_key, due_at FROM outbound_message
    WHERE status = 'queued' AND campaign_id = %s AND due_at <= %s
    ORDER BY due_at, id LIMIT %s {lock}
) AS oldest"""
_OF_LANE = "SELECT id, phone_key FROM (SELECT * FROM ({campaigns}) AS sent ORDER BY turn LIMIT %s) AS lane"
_PICKED = """
WITH picked AS MATERIALIZED (
    SELECT id, EXISTS (
        SELECT 1 FROM outbound_recipient AS person
        WHERE person.phone_key = due.phone_key AND person.opted_out_at IS NOT NULL
    ) AS opted_out
    FROM ({lanes}) AS due
)"""
# The status stands in the UPDATE itself: a row that somebody else took or cancelled does not match. In a CASE,
# because a planner that believes in few queued rows would rather read them all than look up each id.
_MARK = """
UPDATE outbound_message SET
    status = CASE WHEN picked.opted_out THEN 'skipped' ELSE 'sending' END,
    reason = CASE WHEN picked.opted_out THEN 'opted_out' ELSE '' END,
    attempt_count = attempt_count + CASE WHEN picked.opted_out THEN 0 ELSE 1 END,
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
FROM outbound_message WHERE ticket = %s AND status = 'sending'
"""


def mark(shares: Iterable[Share], ticket: str, now: datetime) -> list[Row]:
    """Mark due rows of each share as `sending` under `ticket`, and open their attempts; return them.

    Whoever opted out is skipped instead.
    """
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    moment, lease = stored(now), stored(now + timedelta(seconds=settings.SENDER_LEASE_SECONDS))
    parts: list[str] = []
    values: list[Any] = []
    for share in shares:
        campaigns = " UNION ALL ".join(OF_CAMPAIGN.format(lock=lock) for _room in share.rooms)
        parts.append(_OF_LANE.format(campaigns=campaigns))
        for campaign_id, room in share.rooms:
            values += [campaign_id, moment, room]
        values.append(share.count)
    if not parts:
        return []
    with connection.cursor() as cursor:
        statement = _PICKED.format(lanes=" UNION ALL ".join(parts)) + _MARK
        cursor.execute(statement, [*values, moment, ticket, lease])
        rows = [row[:-1] for row in cursor.fetchall() if row[-1] == "sending"]
        if rows:
            cursor.execute(_OPEN_ATTEMPTS, [moment, ticket])
    return rows


def stored(moment: datetime) -> str:
    """Return a moment as this database keeps it, for a statement that the ORM does not write."""
    return str(connection.ops.adapt_datetimefield_value(moment))
