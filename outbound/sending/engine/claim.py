"""Claims due messages: each becomes `sending` with an open attempt before its request is made."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_noop

from outbound import failpoints
from outbound.gateways import gateway
from outbound.gateways.base import Outgoing, boot_clock
from outbound.models import Campaign, Integration
from outbound.models.fields import SecretUnreadable
from outbound.sending import service_window
from outbound.sending.engine.claim_sql import CampaignQuota, ClaimedRow, claim_rows
from outbound.sending.limits import canary, eligible, rate_limit
from outbound.sending.limits.eligible import ReadyIntegration
from outbound.sending.limits.rate_limit import IntegrationQuota
from outbound.sending.limits.stop_integration import stop_integration

# How many campaigns one claim draws from: SQLite allows at most 500 terms in a compound SELECT.
MAX_CAMPAIGNS = 32
MAX_CAMPAIGNS_IN_ALL = 400

TOKEN_MISSING = gettext_noop("There is no token. Enter one, then resume.")
TOKEN_UNREADABLE = gettext_noop("No key of TOKEN_KEYS can decrypt the token. Enter it again, then resume.")

Credentials = tuple[str, str]  # address and token
_Source = tuple[ReadyIntegration, Credentials, IntegrationQuota]


@dataclass(frozen=True)
class ClaimedMessage:
    """A message that this sender holds, with the request to make for it.

    `counted_on` is the local day whose limit it used, None where the integration has no daily limit.
    """

    message_id: int
    attempt_number: int
    failed_tries: int
    ticket: str
    integration_id: int
    outgoing: Outgoing
    campaign_id: int = 0
    claimed_at: datetime | None = None
    counted_on: date | None = None
    is_probe: bool = False


@dataclass(frozen=True)
class ClaimResult:
    """The messages claimed, and what the claim read on the way.

    `highest_attempt` is the highest id of the attempts opened, 0 for none. `next_at` is when a limit lets
    more through, None if no limit held anything back. `credentials` maps the ids of the integrations that may
    send, `campaigns` holds the ids of the campaigns that may. `unhealthy` holds the ids of the integrations
    whose gateway failed lately.
    """

    messages: list[ClaimedMessage]
    highest_attempt: int
    next_at: datetime | None
    credentials: dict[int, Credentials]
    campaigns: set[int]
    unhealthy: set[int]


def claim(free_slots: Callable[[int], int], now: datetime) -> ClaimResult:
    """Mark due messages as `sending` and open an attempt for each.

    `free_slots` returns how many messages of an integration (id) may be claimed. Call it inside a transaction
    that commits before the first request is made. Pauses, cancellations, opt-outs, tokens and limits are
    those of this moment.
    """
    failpoints.reach(failpoints.BEFORE_CLAIM)
    found = eligible.ready_integrations(now)
    sources = _sources(found, now)
    max_campaigns = max(1, min(MAX_CAMPAIGNS, MAX_CAMPAIGNS_IN_ALL // max(1, len(sources))))
    limits = [
        (count, _campaign_quotas(ready, count, max_campaigns, now))
        for pk, (ready, _, quota) in sources.items()
        if (count := quota.within(free_slots(pk))) > 0
    ]
    ticket = uuid.uuid4().hex
    rows, highest_attempt = claim_rows(limits, ticket, now)
    _use_quotas(rows, sources, now)
    send_before = boot_clock() + _max_age_seconds()
    return ClaimResult(
        [_message(row, ticket, sources[row.integration_id], send_before, now) for row in rows],
        highest_attempt,
        next_at=min((quota.next_at for _, _, quota in sources.values() if quota.next_at), default=None),
        credentials={pk: credentials for pk, (_, credentials, _) in sources.items()},
        campaigns={one.pk for ready in found for one in ready.campaigns},
        unhealthy={one.integration.pk for one in found if one.throttle.outages or one.throttle.trips},
    )


def _sources(found: list[ReadyIntegration], now: datetime) -> dict[int, _Source]:
    """Return what each integration sends with, by id; one without a usable token is stopped instead."""
    credentials = {one.integration.pk: _credentials(one.integration, now) for one in found}
    return {
        pk: (ready, known, rate_limit.quota(ready.integration, ready.throttle, now))
        for ready in _with_locked_throttles(found)
        if (known := credentials[pk := ready.integration.pk])
    }


def _with_locked_throttles(found: list[ReadyIntegration]) -> list[ReadyIntegration]:
    """Read the throttles of limited integrations again, locked until the transaction ends."""
    limited = [one.integration.pk for one in found if _is_limited(one)]
    locked = rate_limit.lock_throttles(limited) if limited else {}
    return [replace(one, throttle=locked.get(one.integration.pk, one.throttle)) for one in found]


def _is_limited(ready: ReadyIntegration) -> bool:
    limits = ready.integration
    return bool(limits.per_second or limits.per_day is not None or ready.throttle.trips)


def _campaign_quotas(
    ready: ReadyIntegration, count: int, max_campaigns: int, now: datetime
) -> list[CampaignQuota]:
    """Return how many messages of each campaign may be claimed, of `max_campaigns` campaigns.

    The order is random, so that at a slow pace, with room for one message, the oldest is not always first.
    """
    drawn = random.sample(ready.campaigns, min(max_campaigns, len(ready.campaigns)))
    return [_campaign_quota(one, ready.integration, count, now) for one in drawn]


def _campaign_quota(campaign: Campaign, integration: Integration, count: int, now: datetime) -> CampaignQuota:
    in_first_wave = canary.quota(campaign, now)
    most = count if in_first_wave is None else min(in_first_wave, count)
    return CampaignQuota(campaign.pk, most, service_window.is_required(campaign, integration))


def _use_quotas(rows: list[ClaimedRow], sources: dict[int, _Source], now: datetime) -> None:
    lease = timedelta(seconds=settings.SENDER_LEASE_SECONDS)
    for pk, count in Counter(row.integration_id for row in rows).items():
        ready, _, quota = sources[pk]
        probe_until = now + lease if quota.is_probe else None
        rate_limit.spend(ready.integration, ready.throttle, count, now, probe_until=probe_until)


def _credentials(integration: Integration, now: datetime) -> Credentials | None:
    """Return address and token as one row has them, or stop the integration and return None."""
    try:
        token, problem = integration.token.reveal(), TOKEN_MISSING
    except SecretUnreadable:
        token, problem = "", TOKEN_UNREADABLE
    if token:
        return integration.address, token
    stop_integration(integration.pk, problem, now, since=now)
    return None


def _max_age_seconds() -> float:
    """Return how old a claim may be when its request begins; an older one is returned unsent.

    Otherwise recovery might give it up while the request is under way (see Outgoing.send_before).
    """
    lease = float(settings.SENDER_LEASE_SECONDS)
    return max(lease - gateway.CALL_TIMEOUT_SECONDS - 15, lease / 3)


def _message(
    row: ClaimedRow, ticket: str, source: _Source, send_before: float, now: datetime
) -> ClaimedMessage:
    ready, (address, token), quota = source
    limits, number = ready.integration, row.attempt_count
    external_id = row.external_id if number == 1 else f"{row.external_id}-{number}"
    return ClaimedMessage(
        message_id=row.id,
        attempt_number=number,
        failed_tries=row.failed_tries,
        ticket=ticket,
        integration_id=row.integration_id,
        outgoing=Outgoing(
            address=address,
            token=token,
            payload=row.payload if number == 1 else gateway.replace_external_id(row.payload, external_id),
            external_id=external_id,
            server_errors_mean_not_sent=limits.server_errors_mean_not_sent,
            send_before=send_before,
        ),
        campaign_id=row.campaign_id,
        claimed_at=now,
        counted_on=rate_limit.day_of(ready.throttle, now) if limits.per_day is not None else None,
        is_probe=quota.is_probe,
    )
