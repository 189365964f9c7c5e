"""The SQL of a claim: due rows become `sending`, each with an open attempt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from outbound.db.sql import stored
from outbound.sending import service_window


class CampaignQuota(NamedTuple):
    """At most how many messages of a campaign may be claimed, and whether only within the service window."""

    campaign_id: int
    most: int
    needs_open_window: bool = False


class ClaimedRow(NamedTuple):
    """The columns that a claim returns of each message."""

    id: int
    integration_id: int
    campaign_id: int
    attempt_count: int
    failed_tries: int
    external_id: str
    payload: str


# The oldest due messages of one campaign, numbered. MATERIALIZED below, because PostgreSQL may otherwise run
# a limited subquery more than once.
OF_CAMPAIGN = """
SELECT id, integration_id, phone_key, {needs_open_window} AS needs_open_window, {place} AS place,
    ROW_NUMBER() OVER (ORDER BY due_at, id) AS number
FROM (
    SELECT id, integration_id, phone_key, due_at FROM outbound_message
    WHERE status = 'queued' AND campaign_id = %s AND due_at <= %s
    ORDER BY due_at, id LIMIT %s {lock}
) AS oldest"""
# The campaigns of an integration take turns, message by message: a small one never waits behind a large one.
_OF_INTEGRATION = (
    "SELECT id, integration_id, phone_key, needs_open_window "
    "FROM (SELECT * FROM ({campaigns}) AS due ORDER BY number, place LIMIT %s) AS drawn"
)
# Opt-outs and closed service windows since the launch: such messages are skipped instead.
_PICKED = f"""
WITH picked AS MATERIALIZED (
    SELECT id, CASE
        WHEN EXISTS (
            SELECT 1 FROM outbound_recipient AS person
            WHERE person.phone_key = due.phone_key AND person.opted_out_at IS NOT NULL
        ) THEN 'opted_out'
        WHEN needs_open_window AND NOT {service_window.IS_OPEN.format(row="due")} THEN 'window_closed'
        ELSE ''
    END AS skip_reason
    FROM ({{integrations}}) AS due
)"""
# The UPDATE asks for the status again: a row that was claimed or cancelled meanwhile does not match. It asks
# in a CASE, because with outdated statistics PostgreSQL would read all queued rows instead of looking up ids.
_MARK = f"""
UPDATE outbound_message SET
    status = CASE picked.skip_reason WHEN '' THEN 'sending' ELSE 'skipped' END,
    reason = picked.skip_reason,
    attempt_count = attempt_count + CASE picked.skip_reason WHEN '' THEN 1 ELSE 0 END,
    status_changed_at = %s, ticket = %s, lease_until = %s
FROM picked
WHERE outbound_message.id = picked.id
  AND CASE outbound_message.status WHEN 'queued' THEN TRUE ELSE FALSE END
RETURNING {", ".join(f"outbound_message.{name}" for name in ClaimedRow._fields)}, status
"""
# Each further attempt has an id of its own, so that a late status is never taken for another attempt's.
_ATTEMPT_ID = "CASE attempt_count WHEN 1 THEN external_id ELSE external_id || '-' || attempt_count END"
_OPEN_ATTEMPTS = f"""
INSERT INTO outbound_attempt (message_id, number, external_id, outcome, reason, answer, opened_at)
SELECT id, attempt_count, {_ATTEMPT_ID}, 'open', '', '', %s
FROM {{marked}} WHERE {{condition}}status = 'sending'
RETURNING id
"""
_OPEN_AFTERWARDS = _OPEN_ATTEMPTS.format(marked="outbound_message", condition="ticket = %s AND ")
# PostgreSQL marks and opens in one statement.
_MARK_AND_OPEN = f"""
, marked AS ({_MARK}), opened AS ({_OPEN_ATTEMPTS.format(marked="marked", condition="")})
SELECT marked.*, (SELECT MAX(id) FROM opened) FROM marked
"""


def claim_rows(
    limits: Iterable[tuple[int, Sequence[CampaignQuota]]], ticket: str, now: datetime
) -> tuple[list[ClaimedRow], int]:
    """Mark due rows as `sending` under `ticket` and open their attempts.

    `limits` holds, for each integration, how many rows it may have and the quotas of its campaigns. Returns
    the rows and the highest id of the attempts, 0 for none.
    """
    picked, values = _pick(limits, now)
    if not values:
        return [], 0
    moment, lease = stored(now), stored(now + timedelta(seconds=settings.SENDER_LEASE_SECONDS))
    values = [*map(stored, service_window.bounds(now)), *values, moment, ticket, lease]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(picked + _MARK_AND_OPEN, [*values, moment])
            marked = cursor.fetchall()
            return _sending([row[:-1] for row in marked]), (marked[0][-1] or 0) if marked else 0
        cursor.execute(picked + _MARK, values)
        if not (rows := _sending(cursor.fetchall())):
            return [], 0
        cursor.execute(_OPEN_AFTERWARDS, [moment, ticket])
        return rows, max(pk for (pk,) in cursor.fetchall())


def _pick(limits: Iterable[tuple[int, Sequence[CampaignQuota]]], now: datetime) -> tuple[str, list[Any]]:
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    integrations: list[str] = []
    values: list[Any] = []
    for count, quotas in limits:
        campaigns = (
            OF_CAMPAIGN.format(lock=lock, place=place, needs_open_window=str(quota.needs_open_window).upper())
            for place, quota in enumerate(quotas)
        )
        integrations.append(_OF_INTEGRATION.format(campaigns=" UNION ALL ".join(campaigns)))
        for quota in quotas:
            values += [quota.campaign_id, stored(now), quota.most]
        values.append(count)
    return _PICKED.format(integrations=" UNION ALL ".join(integrations)), values


def _sending(marked: Iterable[tuple[Any, ...]]) -> list[ClaimedRow]:
    return [ClaimedRow(*row[:-1]) for row in marked if row[-1] == "sending"]
