"""Take due rows for sending: a durable mark and an open attempt, before any byte leaves."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop as _

from outbound import failpoints
from outbound.gateways.base import Outgoing, boot_clock
from outbound.gateways.zenvia import payload
from outbound.gateways.zenvia.client import TOTAL_TIMEOUT_SECONDS
from outbound.models import Integration
from outbound.models.fields import SecretUnreadable
from outbound.sending import lanes, throttle, waves
from outbound.sending.stops import stop_integration

TOKEN_MISSING = _("There is no token. Enter one, then resume.")
TOKEN_UNREADABLE = _("No key of TOKEN_KEYS can decrypt the token. Enter it again, then resume.")


@dataclass(frozen=True)
class Claimed:
    """One row in a sender's hands, with the exact request to make."""

    message_id: int
    attempt_number: int
    failed_tries: int
    ticket: str
    integration_id: int
    outgoing: Outgoing
    has_daily_limit: bool = False


@dataclass(frozen=True)
class Harvest:
    """What a claim brought, and when more may come: `next_at` is None if nothing but slots held it back.

    `uneasy` are the integrations whose gateway gave bad answers lately.
    """

    claimed: list[Claimed]
    next_at: datetime | None
    uneasy: set[int]
    calm: set[int]


@dataclass(frozen=True)
class _Share:
    """How many rows one lane gets now, and the rooms of its campaigns (None: no first wave)."""

    lane: lanes.Lane
    door: tuple[str, str]
    count: int
    rooms: list[tuple[int, int]]
    allowance: throttle.Allowance


def claim(free: Callable[[int], int], now: datetime) -> Harvest:
    """Mark due messages as `sending` and open an attempt for each; `free` tells an integration's free slots.

    Call it inside a transaction, and let that commit before the first request is made. What a person
    decided since the launch holds here: a pause, a cancel, an opt-out, a new token, a slower pace.
    """
    failpoints.reach(failpoints.BEFORE_CLAIM)
    running = lanes.running(now)
    shares = _shares(running, free, now)
    ticket = uuid.uuid4().hex
    rows = _mark(shares, ticket, now) if any(share.count for share in shares) else []
    by_lane = {share.lane.integration.pk: share for share in shares}
    start_before = boot_clock() + _longest_stand()
    claimed = [_claimed(row, ticket, by_lane[row[1]], start_before) for row in rows]
    for pk, share in by_lane.items():
        if taken := sum(one.integration_id == pk for one in claimed):
            _spend(share, taken, now)
    moments = [share.allowance.next_at for share in shares if share.allowance.next_at]
    uneasy = {lane.integration.pk for lane in running if lane.throttle.outages or lane.throttle.trips}
    return Harvest(
        claimed,
        min(moments, default=None),
        uneasy,
        {lane.integration.pk for lane in running} - uneasy,
    )


def _shares(running: list[lanes.Lane], free: Callable[[int], int], now: datetime) -> list[_Share]:
    limited = [lane.integration.pk for lane in running if _is_limited(lane)]
    fresh = throttle.locked(limited) if limited else {}
    shares = []
    for lane in running:
        lane = lanes.Lane(lane.integration, fresh.get(lane.integration.pk, lane.throttle), lane.campaigns)
        door = _door(lane.integration, now)
        if door is None:
            continue
        allowed = throttle.allowance(lane.integration, lane.throttle, now)
        count = allowed.within(free(lane.integration.pk))
        rooms = (
            [
                (one.pk, count if (room := waves.room(one, now)) is None else min(room, count))
                for one in lane.campaigns
            ]
            if count > 0
            else []
        )
        shares.append(_Share(lane, door, max(0, count), rooms, allowed))
    return shares


def _is_limited(lane: lanes.Lane) -> bool:
    limits = lane.integration
    return bool(limits.per_second or limits.per_day is not None or lane.throttle.trips)


def _spend(share: _Share, taken: int, now: datetime) -> None:
    lane, probe_until = share.lane, None
    if share.allowance.is_probe:
        probe_until = now + timedelta(seconds=settings.SENDER_LEASE_SECONDS)
    throttle.spend(lane.integration, lane.throttle, taken, now, probe_until=probe_until)


def _door(integration: Integration, now: datetime) -> tuple[str, str] | None:
    """Return address and token, read from one row: they must never be mixed. None stops the integration."""
    try:
        token, problem = integration.token.reveal(), TOKEN_MISSING
    except SecretUnreadable:
        token, problem = "", TOKEN_UNREADABLE
    if token:
        return integration.address, token
    stop_integration(integration.pk, problem, now)
    return None


def _longest_stand() -> float:
    # A mark that is older than this when its turn comes might be given up by recovery while the request
    # is still under way; such a row goes back unsent (gateways.base.Outgoing.send_before).
    lease = float(settings.SENDER_LEASE_SECONDS)
    return max(lease - TOTAL_TIMEOUT_SECONDS - 15, lease / 3)


# -- the mark ----------------------------------------------------------------------------------------------

# Each campaign gives its oldest rows, and a lane takes them in turn: a small send never waits behind a
# large one. MATERIALIZED, because PostgreSQL may otherwise run a limited subquery more than once.
_OF_CAMPAIGN = """
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
# The status stands in the UPDATE itself: a row that somebody else took or cancelled does not match.
_MARK = """
UPDATE outbound_message SET
    status = CASE WHEN picked.opted_out THEN 'skipped' ELSE 'sending' END,
    reason = CASE WHEN picked.opted_out THEN 'opted_out' ELSE '' END,
    attempt_count = attempt_count + CASE WHEN picked.opted_out THEN 0 ELSE 1 END,
    status_changed_at = %s, ticket = %s, lease_until = %s
FROM picked
WHERE outbound_message.id = picked.id AND outbound_message.status = 'queued'
"""
# A further attempt has an id of its own, so that a late status can never be laid at the wrong door.
_ATTEMPT_ID = "CASE attempt_count WHEN 1 THEN external_id ELSE external_id || '-' || attempt_count END"
_OPEN_ATTEMPTS = f"""
INSERT INTO outbound_attempt (message_id, number, external_id, outcome, reason, answer, opened_at)
SELECT id, attempt_count, {_ATTEMPT_ID}, 'open', '', '', %s
FROM outbound_message WHERE ticket = %s AND status = 'sending'
"""

# All in one value: SQLite hands over rows one by one, and for each the sender's other threads would have
# to let this one in.
_HELD = """
SELECT {in_one} FROM outbound_message WHERE ticket = %s AND status = 'sending'
"""
_ROW = "id, integration_id, attempt_count, failed_tries, external_id, payload"
_IN_ONE = {
    "postgresql": f"CAST(JSON_AGG(JSON_BUILD_ARRAY({_ROW})) AS text)",
    "sqlite": f"JSON_GROUP_ARRAY(JSON_ARRAY({_ROW}))",
}


def _mark(shares: list[_Share], ticket: str, now: datetime) -> list[Any]:
    """Mark rows and open their attempts; return those that are to be sent."""
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    moment, lease = _moment(now), _moment(now + timedelta(seconds=settings.SENDER_LEASE_SECONDS))
    parts: list[str] = []
    values: list[Any] = []
    for share in shares:
        if not share.count:
            continue
        campaigns = " UNION ALL ".join(_OF_CAMPAIGN.format(lock=lock) for _room in share.rooms)
        parts.append(_OF_LANE.format(campaigns=campaigns))
        for campaign_id, room in share.rooms:
            values += [campaign_id, moment, room]
        values.append(share.count)
    with connection.cursor() as cursor:
        statement = _PICKED.format(lanes=" UNION ALL ".join(parts)) + _MARK
        cursor.execute(statement, [*values, moment, ticket, lease])
        if not cursor.rowcount:
            return []
        cursor.execute(_OPEN_ATTEMPTS, [moment, ticket])
        cursor.execute(_HELD.format(in_one=_IN_ONE[connection.vendor]), [ticket])
        (held,) = cursor.fetchone()
    return json.loads(held or "[]")


def _moment(moment: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(moment))


def _claimed(row: Any, ticket: str, share: _Share, start_before: float) -> Claimed:
    message_id, integration_id, number, failed_tries, external_id, body = row
    address, token = share.door
    attempt_id = external_id if number == 1 else f"{external_id}-{number}"
    return Claimed(
        message_id=message_id,
        attempt_number=number,
        failed_tries=failed_tries,
        ticket=ticket,
        integration_id=integration_id,
        outgoing=Outgoing(
            address=address,
            token=token,
            payload=body if number == 1 else payload.with_external_id(body, attempt_id),
            external_id=attempt_id,
            server_errors_mean_not_sent=share.lane.integration.server_errors_mean_not_sent,
            send_before=start_before,
        ),
        has_daily_limit=share.lane.integration.per_day is not None,
    )
