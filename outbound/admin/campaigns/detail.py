"""The page of one send: how far it got, why it waits, and what a person can do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from outbound.admin.base.cards import Link
from outbound.admin.base.formatting import moment
from outbound.admin.campaigns import pause_cancel
from outbound.admin.campaigns.launch_progress import preparing
from outbound.admin.campaigns.progress import legend, segments
from outbound.admin.campaigns.state import STATES, notes, state_of
from outbound.admin.compose import preview
from outbound.lifecycle import UNFINISHED, CampaignStatus
from outbound.models import Campaign
from outbound.reports import campaign_counts
from outbound.reports.campaign_counts import StatusCounts
from outbound.sending.control.resend import may_go_again

RELATED = ("integration__throttle", "template", "launched_by", "status_changed_by", "again_of", "launch")
# How often the page looks again, in milliseconds: while it counts along, while deliveries come, while it
# merely waits.
QUICKLY, CALMLY, SLOWLY = 2000, 5000, 15_000
TOLD_WITHIN, NO_SILENCE, LONG_AGO = timedelta(hours=1), timedelta(minutes=5), timedelta(days=1)
MOST_FOLLOWERS = 10


def found(pk: int) -> Campaign | None:
    """Return a campaign with all that its page shows of other records, or None."""
    followed = Exists(Campaign.objects.filter(again_of=OuterRef("pk")))
    campaigns = Campaign.objects.select_related(*RELATED).annotate(is_followed=followed)
    return campaigns.exclude(status=UNFINISHED).filter(pk=pk).first()


def page(campaign: Any, user: User) -> dict[str, Any]:
    """Return what the template shows of a send that was launched and `found`, for this person."""
    now = timezone.now()
    under_way = campaign.launch if campaign.status == CampaignStatus.LAUNCHING else None
    rows = StatusCounts() if under_way else campaign_counts.count_statuses(campaign.messages.all())
    state = state_of(campaign, waiting=not rows.is_finished, doubts=bool(rows.unconfirmed), now=now)
    shown = preparing(under_way, now) if under_way else None
    return {
        "campaign": campaign,
        "original": campaign,
        "title": str(campaign),
        "state": STATES[state],
        "rows": rows,
        "segments": segments(rows),
        "legend": legend(rows),
        "reasons": campaign_counts.top_reasons(campaign)
        if rows.refused or rows.skipped or rows.undelivered
        else [],
        "preparing": shown,
        "notes": shown.notes if shown else notes(campaign, rows, now),
        "live": QUICKLY if shown else _live(campaign, rows, state, now),
        "links": _links(campaign, user) if shown or not rows.is_finished else [],
        "again_count": _again_count(campaign, rows, user),
        "may_compose": user.has_perm("outbound.add_campaign"),
        "followers": list(campaign.again.exclude(status=UNFINISHED).order_by("pk")[:MOST_FOLLOWERS])
        if campaign.is_followed
        else [],
        "times": {
            "sent": moment(campaign.launched_at),
            "starts_at": moment(campaign.starts_at),
            "not_after": moment(campaign.not_after),
        },
        **preview.of_campaign(campaign, {}),
    }


def _live(campaign: Campaign, rows: StatusCounts, state: str, now: datetime) -> int:
    """Return how often the page looks again: while it sends or waits, and while deliveries come in."""
    if not rows.is_finished:
        return QUICKLY if state == "sending" else SLOWLY
    return CALMLY if rows.taken > rows.read and _are_deliveries_coming(campaign, now) else 0


def _are_deliveries_coming(campaign: Campaign, now: datetime) -> bool:
    began = max(filter(None, (campaign.launched_at, campaign.starts_at)), default=now)
    if now - began < TOLD_WITHIN:
        return True
    # A long send ends hours after it began; its events come as long as any do.
    last = campaign.integration.last_event_at if campaign.integration else None
    return last is not None and now - last < NO_SILENCE and now - began < LONG_AGO


def _links(campaign: Campaign, user: User) -> list[Link]:
    if not user.has_perm("outbound.steer_campaign"):
        return []
    actions = ("pause", "resume", "cancel", "stop")
    addresses = {name: reverse(f"admin:outbound_campaign_{name}", args=[campaign.pk]) for name in actions}
    return pause_cancel.links(campaign, addresses)


def _again_count(campaign: Campaign, rows: StatusCounts, user: User) -> int:
    """Count the refused messages that nobody sent again; offered once no more are about to join them."""
    still_sending = campaign.status == CampaignStatus.RUNNING and not rows.is_finished
    if still_sending or not rows.refused or not user.has_perm("outbound.add_campaign"):
        return 0
    return may_go_again(campaign).count()
