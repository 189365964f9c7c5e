"""Which sends may go on, one lane for each integration, as people and the clock have it at this moment."""

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

# Jumps from one campaign with queued rows to the next along the index `message_queued`: the cost is
# a few lookups for each, however many rows it has and however many campaigns are finished.
# SQLite keeps no count of how many rows a value has, and has to be told which index that is.
_BY_INDEX = "INDEXED BY message_queued" if connection.vendor == "sqlite" else ""
# Not MIN(): where the planner believes in few queued rows, as after a long past, PostgreSQL reads them all.
_FIRST_QUEUED = f"""
    SELECT campaign_id FROM outbound_message {_BY_INDEX}
    WHERE status = 'queued' AND campaign_id > {{after}} ORDER BY campaign_id LIMIT 1
"""
_WITH_QUEUED_ROWS = f"""
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
WHERE campaign.id IN ({_WITH_QUEUED_ROWS})
  AND campaign.status = '{CampaignStatus.RUNNING.value}'
  AND integration.status = '{IntegrationStatus.ACTIVE.value}'
"""
# While a first wave is not decided, senders take turns: together they may take no more than its size. A
# send that somebody is changing at this moment is left out this once, and holds up no other.
_HELD_STILL = f"""
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
class Lane:
    """One integration that may send, with the running campaigns that have rows for it."""

    integration: Integration
    throttle: Throttle
    campaigns: list[Campaign]


def with_queued_rows() -> QuerySet[Campaign]:
    """Return the campaigns that have queued rows, whatever their state."""
    return Campaign.objects.filter(pk__in=RawSQL(_WITH_QUEUED_ROWS, []))  # noqa: S611


def running(now: datetime) -> list[Lane]:
    """Return the lanes with something due, for a claim; nobody pauses or changes one until the commit.

    On SQLite the transaction is the only one that writes. On PostgreSQL the rows are locked in share
    mode: a pause waits for the claims that saw the send running, and no later claim sees it so.
    """
    queued = Message.objects.filter(campaign=OuterRef("pk"), status=MessageStatus.QUEUED)
    held = _with_all(Campaign.objects.filter(pk__in=_held_still()))
    return _lanes(held.filter(Exists(queued.filter(due_at__lte=now))), now)


def _held_still() -> Any:
    if not connection.features.has_select_for_update:
        return RawSQL(_WITH_QUEUED_ROWS, [])  # noqa: S611
    with connection.cursor() as cursor:
        cursor.execute(_HELD_STILL)
        return [pk for (pk,) in cursor.fetchall()]


def still_running(campaigns: Collection[int]) -> set[int]:
    """Return those of `campaigns` that nobody holds back, whether or not they have queued rows."""
    found = Campaign.objects.filter(
        pk__in=campaigns, status=CampaignStatus.RUNNING, integration__status=IntegrationStatus.ACTIVE
    )
    return set(found.values_list("pk", flat=True))


def waiting_since(now: datetime) -> datetime | None:
    """Return since when something could be sent that is not; None where nothing waits for a sender.

    What a person let go on counts from that moment, however long it has been due.
    """
    return min((_since(one, due_at) for opens, one, due_at in _due(now) if opens <= now), default=None)


def next_moment(now: datetime) -> datetime | None:
    """Return the first moment, now or later, at which something may be sent; None if nothing waits."""
    return min((max(due_at, opens) for opens, _one, due_at in _due(now)), default=None)


_OF_CAMPAIGN = (
    "kind",
    "window_reason",
    "first_wave",
    "first_wave_passed_at",
    "not_after",
    "status_changed_at",
)
_NEEDED = [
    f"integration__{name}"
    for name in (
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
] + [f"integration__throttle__{field.name}" for field in Throttle._meta.fields]


def _with_all(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return (
        campaigns.filter(status=CampaignStatus.RUNNING, integration__status=IntegrationStatus.ACTIVE)
        .select_related("integration__throttle")
        .only(*_OF_CAMPAIGN, *_NEEDED)
        .order_by("integration_id", "id")
    )


def _lanes(campaigns: Iterable[Campaign], now: datetime) -> list[Lane]:
    in_time = [one for one in campaigns if one.not_after is None or one.not_after > now]
    return [_lane(list(its)) for _pk, its in groupby(in_time, key=lambda one: one.integration_id)]


def _lane(campaigns: list[Campaign]) -> Lane:
    integration = campaigns[0].integration
    assert integration is not None
    return Lane(integration, throttle_of(integration), campaigns)


def throttle_of(integration: Integration) -> Throttle:
    """Return an integration's throttle; one that was never written is one that holds nothing back."""
    try:
        return integration.throttle
    except Throttle.DoesNotExist:
        return Throttle(integration=integration)


def _due(now: datetime) -> Iterator[tuple[datetime, Campaign, datetime]]:
    """Yield when each running send may go on, the send, and when its next message is due: one question."""
    queued = Message.objects.filter(campaign=OuterRef("pk"), status=MessageStatus.QUEUED)
    soonest = Subquery(queued.order_by("due_at").values("due_at")[:1])
    for lane in _lanes(_with_all(with_queued_rows()).annotate(soonest=soonest), now):
        opens = rate_limit.opens(lane.integration, lane.throttle, now)
        for one in lane.campaigns:
            if due_at := one.soonest:  # type: ignore[attr-defined]  # annotated above
                yield opens, one, due_at


def _since(campaign: Campaign, due_at: datetime) -> datetime:
    assert campaign.integration is not None
    changes = (campaign.status_changed_at, campaign.integration.status_changed_at)
    return max(filter(None, (due_at, *changes)))
