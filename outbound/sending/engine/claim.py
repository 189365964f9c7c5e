"""Take due rows for sending: a durable mark and an open attempt, before any byte leaves."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop as _

from outbound import failpoints
from outbound.gateways import gateway
from outbound.gateways.base import Outgoing, boot_clock
from outbound.models import Campaign, Integration
from outbound.models.fields import SecretUnreadable
from outbound.sending import service_window
from outbound.sending.engine.claim_sql import Room, Share, mark
from outbound.sending.limits import canary, eligible, rate_limit
from outbound.sending.limits.stop_integration import stop_integration

# How many sends a claim draws from; SQLite takes at most 500 parts in one question.
MOST_SENDS = 32
MOST_SENDS_IN_ALL = 400

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
    campaign_id: int = 0
    claimed_at: datetime | None = None
    counts_for: date | None = None  # the local day whose limit it used up, where there is one
    is_probe: bool = False


@dataclass(frozen=True)
class Harvest:
    """What a claim brought, and how things stood.

    `highest_attempt` is the highest id among the attempts that were opened. `next_at` is when more may come,
    None if nothing but slots held it back. `doors` are address and token of each integration that may send,
    `campaigns` the sends that may go on, and `uneasy` the integrations whose gateway gave bad answers lately.
    """

    claimed: list[Claimed]
    highest_attempt: int
    next_at: datetime | None
    doors: dict[int, tuple[str, str]]
    campaigns: set[int]
    uneasy: set[int]


@dataclass(frozen=True)
class _Portion:
    """What one lane gets now, and what it is sent with."""

    lane: eligible.Lane
    door: tuple[str, str]
    rows: Share
    allowance: rate_limit.Allowance


def claim(free: Callable[[int], int], now: datetime) -> Harvest:
    """Mark due messages as `sending` and open an attempt for each; `free` tells an integration's free slots.

    Call it inside a transaction, and let that commit before the first request is made. What a person
    decided since the launch holds here: a pause, a cancel, an opt-out, a new token, a slower pace.
    """
    failpoints.reach(failpoints.BEFORE_CLAIM)
    running = eligible.running(now)
    shares = _shares(running, free, now)
    ticket = uuid.uuid4().hex
    rows, highest_attempt = mark([share.rows for share in shares if share.rows.count], ticket, now)
    by_lane = {share.lane.integration.pk: share for share in shares}
    start_before = boot_clock() + _longest_stand()
    claimed = [_claimed(row, ticket, by_lane[row[1]], start_before, now) for row in rows]
    for pk, share in by_lane.items():
        if taken := sum(one.integration_id == pk for one in claimed):
            _spend(share, taken, now)
    moments = [share.allowance.next_at for share in shares if share.allowance.next_at]
    return Harvest(
        claimed,
        highest_attempt,
        next_at=min(moments, default=None),
        doors={pk: share.door for pk, share in by_lane.items()},
        campaigns={one.pk for lane in running for one in lane.campaigns},
        uneasy={lane.integration.pk for lane in running if lane.throttle.outages or lane.throttle.trips},
    )


def _shares(running: list[eligible.Lane], free: Callable[[int], int], now: datetime) -> list[_Portion]:
    limited = [lane.integration.pk for lane in running if _is_limited(lane)]
    fresh = rate_limit.locked(limited) if limited else {}
    most = max(1, min(MOST_SENDS, MOST_SENDS_IN_ALL // max(1, len(running))))
    shares = []
    for lane in running:
        lane = eligible.Lane(lane.integration, fresh.get(lane.integration.pk, lane.throttle), lane.campaigns)
        door = _door(lane.integration, now)
        if door is None:
            continue
        allowed = rate_limit.allowance(lane.integration, lane.throttle, now)
        count = allowed.within(free(lane.integration.pk))
        rooms = _rooms(lane, count, most, now) if count > 0 else []
        shares.append(_Portion(lane, door, Share(max(0, count), rooms), allowed))
    return shares


def _rooms(lane: eligible.Lane, count: int, most: int, now: datetime) -> list[Room]:
    """Return how many of each send may go; where there are very many, of some of them this once.

    In an order that is drawn: where there is a place for one row only, as with a slow pace, it is not always
    the oldest send's.
    """
    chosen = random.sample(lane.campaigns, min(most, len(lane.campaigns)))
    return [_room(one, lane.integration, count, canary.room(one, now)) for one in chosen]


def _room(campaign: Campaign, integration: Integration, count: int, of_wave: int | None) -> Room:
    most = count if of_wave is None else min(of_wave, count)
    return Room(campaign.pk, most, service_window.is_asked(campaign, integration))


def _is_limited(lane: eligible.Lane) -> bool:
    limits = lane.integration
    return bool(limits.per_second or limits.per_day is not None or lane.throttle.trips)


def _spend(share: _Portion, taken: int, now: datetime) -> None:
    lane, probe_until = share.lane, None
    if share.allowance.is_probe:
        probe_until = now + timedelta(seconds=settings.SENDER_LEASE_SECONDS)
    rate_limit.spend(lane.integration, lane.throttle, taken, now, probe_until=probe_until)


def _door(integration: Integration, now: datetime) -> tuple[str, str] | None:
    """Return address and token, read from one row: they must never be mixed. None stops the integration."""
    try:
        token, problem = integration.token.reveal(), TOKEN_MISSING
    except SecretUnreadable:
        token, problem = "", TOKEN_UNREADABLE
    if token:
        return integration.address, token
    stop_integration(integration.pk, problem, now, since=now)
    return None


def _longest_stand() -> float:
    # A mark that is older than this when its turn comes might be given up by recovery while the request
    # is still under way; such a row goes back unsent (gateways.base.Outgoing.send_before).
    lease = float(settings.SENDER_LEASE_SECONDS)
    return max(lease - gateway.CALL_TIMEOUT_SECONDS - 15, lease / 3)


def _claimed(row: Any, ticket: str, share: _Portion, start_before: float, now: datetime) -> Claimed:
    message_id, integration_id, campaign_id, number, failed_tries, external_id, body = row
    (address, token), limits = share.door, share.lane.integration
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
            payload=body if number == 1 else gateway.replace_external_id(body, attempt_id),
            external_id=attempt_id,
            server_errors_mean_not_sent=limits.server_errors_mean_not_sent,
            send_before=start_before,
        ),
        campaign_id=campaign_id,
        claimed_at=now,
        counts_for=rate_limit.day_of(share.lane.throttle, now) if limits.per_day is not None else None,
        is_probe=share.allowance.is_probe,
    )
