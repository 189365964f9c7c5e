"""Which integrations may send now, and which of their running campaigns have messages that are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from outbound.lifecycle import CampaignStatus, IntegrationStatus, MessageStatus
from outbound.models import Campaign, Integration, Message, Throttle
from outbound.sending.limits import rate_limit

# Steps from one campaign with queued messages to the next along the index `message_queued`: a few index
# lookups per campaign, however many messages are queued and however many campaigns are finished.
# SQLite does not know which values are rare, so the index is named for it.
_BY_INDEX = "INDEXED BY message_queued" if connection.vendor == "sqlite" else ""
# ORDER BY ... LIMIT 1 instead of MIN(): with outdated statistics PostgreSQL reads all queued rows for MIN().
_FIRST_QUEUED = f"""
    SELECT campaign_id FROM outbound_message {_BY_INDEX}
    WHERE status = 'queued' AND campaign_id > {{after}} ORDER BY campaign_id LIMIT 1
"""
_WITH_QUEUED_MESSAGES = f"""
WITH RECURSIVE waiting(id) AS (
    SELECT ({_FIRST_QUEUED.format(after=-1)})
    UNION ALL
    SELECT ({_FIRST_QUEUED.format(after="waiting.id")}) FROM waiting WHERE waiting.id IS NOT NULL
)
SELECT id FROM waiting WHERE id IS NOT NULL
"""
_RUNNING = f"""
SELECT campaign.id FROM outbound_campaign AS campaign
JOIN outbound_integration AS integration ON integration.id = campaign.integration_id
WHERE campaign.id IN ({_WITH_QUEUED_MESSAGES})
  AND campaign.status = '{CampaignStatus.RUNNING.value}'
  AND integration.status = '{IntegrationStatus.ACTIVE.value}'
"""
# Until its first wave is decided a campaign is locked exclusively, so that all senders together claim no more
# than the wave's size. SKIP LOCKED leaves out, for this claim only, a campaign that somebody is changing.
_LOCK_RUNNING = f"""
WITH undecided AS MATERIALIZED (
    {_RUNNING} AND campaign.first_wave_passed_at IS NULL ORDER BY campaign.id
    FOR NO KEY UPDATE OF campaign SKIP LOCKED FOR SHARE OF integration SKIP LOCKED
), decided AS MATERIALIZED (
    {_RUNNING} AND campaign.first_wave_passed_at IS NOT NULL ORDER BY campaign.id
    FOR SHARE OF campaign, integration SKIP LOCKED
)
SELECT id FROM undecided UNION ALL SELECT id FROM decided
"""


@dataclass(frozen=True)
class ReadyIntegration:
    """An active integration, its throttle, and its running campaigns that have queued messages."""

    integration: Integration
    throttle: Throttle
    campaigns: list[Campaign]


def with_queued_messages() -> QuerySet[Campaign]:
    """Return the campaigns that have queued messages, whatever their status."""
    return Campaign.objects.filter(pk__in=RawSQL(_WITH_QUEUED_MESSAGES, []))  # noqa: S611


def ready_integrations(now: datetime) -> list[ReadyIntegration]:
    """Return the integrations with messages that are due. Call it inside the transaction of a claim.

    Until that transaction ends nobody pauses or changes the campaigns and integrations returned. SQLite has
    one writer at a time; on PostgreSQL the rows are locked in share mode.
    """
    queued = Message.objects.filter(campaign=OuterRef("pk"), status=MessageStatus.QUEUED)
    locked = _active(Campaign.objects.filter(pk__in=_lock_running()))
    return _by_integration(locked.filter(Exists(queued.filter(due_at__lte=now))), now)


def _lock_running() -> Any:
    if not connection.features.has_select_for_update:
        return RawSQL(_WITH_QUEUED_MESSAGES, [])  # noqa: S611
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_RUNNING)
        return [pk for (pk,) in cursor.fetchall()]


def still_running(campaigns: Collection[int]) -> set[int]:
    """Return those of `campaigns` (ids) that may send, whether or not they have queued messages."""
    found = Campaign.objects.filter(
        pk__in=campaigns, status=CampaignStatus.RUNNING, integration__status=IntegrationStatus.ACTIVE
    )
    return set(found.values_list("pk", flat=True))


def waiting_since(now: datetime) -> datetime | None:
    """Return since when a message could be sent that is not sent; None if no message waits for a sender.

    Where a person started or resumed something, the wait counts from that moment.
    """
    return min((_since(one, due_at) for opens, one, due_at in _due(now) if opens <= now), default=None)


def next_due_at(now: datetime) -> datetime | None:
    """Return the first moment, `now` or later, at which something may be sent; None if nothing is queued."""
    return min((max(due_at, opens) for opens, _one, due_at in _due(now)), default=None)


_CAMPAIGN_COLUMNS = (
    "kind",
    "window_reason",
    "first_wave",
    "first_wave_passed_at",
    "not_after",
    "status_changed_at",
)
_INTEGRATION_COLUMNS = (
    "name",
    "slug",
    "remote_id",
    "base_url",
    "token",
    "per_second",
    "per_day",
    "opens_at",
    "closes_at",
    "server_errors_mean_not_sent",
    "window_policy",
    "status_changed_at",
)
_COLUMNS = [
    *_CAMPAIGN_COLUMNS,
    *(f"integration__{name}" for name in _INTEGRATION_COLUMNS),
    *(f"integration__throttle__{field.name}" for field in Throttle._meta.fields),
]


def _active(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return (
        campaigns.filter(status=CampaignStatus.RUNNING, integration__status=IntegrationStatus.ACTIVE)
        .select_related("integration__throttle")
        .only(*_COLUMNS)
        .order_by("integration_id", "id")
    )


def _by_integration(campaigns: Iterable[Campaign], now: datetime) -> list[ReadyIntegration]:
    unexpired = [one for one in campaigns if one.not_after is None or one.not_after > now]
    groups = groupby(unexpired, key=lambda one: one.integration_id)
    return [_ready(list(campaigns)) for _pk, campaigns in groups]


def _ready(campaigns: list[Campaign]) -> ReadyIntegration:
    integration = campaigns[0].integration
    assert integration is not None
    return ReadyIntegration(integration, throttle_of(integration), campaigns)


def throttle_of(integration: Integration) -> Throttle:
    """Return an integration's throttle, or an unsaved one without any hold where there is none yet."""
    try:
        return integration.throttle
    except Throttle.DoesNotExist:
        return Throttle(integration=integration)


def _due(now: datetime) -> Iterator[tuple[datetime, Campaign, datetime]]:
    """Yield, for each running campaign: when it may send, the campaign, and when its next message is due.

    One query.
    """
    queued = Message.objects.filter(campaign=OuterRef("pk"), status=MessageStatus.QUEUED)
    first_due_at = Subquery(queued.order_by("due_at").values("due_at")[:1])
    campaigns = _active(with_queued_messages()).annotate(first_due_at=first_due_at)
    for ready in _by_integration(campaigns, now):
        opens = rate_limit.next_opening(ready.integration, ready.throttle, now)
        for one in ready.campaigns:
            if due_at := one.first_due_at:  # type: ignore[attr-defined]  # annotated above
                yield opens, one, due_at


def _since(campaign: Campaign, due_at: datetime) -> datetime:
    assert campaign.integration is not None
    changes = (campaign.status_changed_at, campaign.integration.status_changed_at)
    return max(filter(None, (due_at, *changes)))
