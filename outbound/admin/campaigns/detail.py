"""The page of one send: its progress, notes, and the actions it offers."""

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
from outbound.admin.campaigns.launch_progress import LaunchProgress
from outbound.admin.campaigns.progress import legend, segments
from outbound.admin.campaigns.state import STATES, notes, state_of
from outbound.admin.compose import preview
from outbound.lifecycle import UNFINISHED, CampaignStatus
from outbound.models import Campaign
from outbound.reports import campaign_counts
from outbound.reports.campaign_counts import StatusCounts
from outbound.sending.control.resend import resendable

RELATED = ("integration__throttle", "template", "launched_by", "status_changed_by", "again_of", "launch")
# Refresh intervals of the page: while it sends, while deliveries come in, and while it waits.
FAST_MS, MEDIUM_MS, SLOW_MS = 2000, 5000, 15_000
DELIVERY_PERIOD, MAX_DELIVERY_PERIOD = timedelta(hours=1), timedelta(days=1)
RECENT_EVENT = timedelta(minutes=5)
MAX_RESENDS_SHOWN = 10


def find(pk: int) -> Campaign | None:
    """Return a send with the related records that its page shows, or None."""
    resent = Exists(Campaign.objects.filter(again_of=OuterRef("pk")))
    campaigns = Campaign.objects.select_related(*RELATED).annotate(is_resent=resent)
    return campaigns.exclude(status=UNFINISHED).filter(pk=pk).first()


def page(campaign: Any, user: User) -> dict[str, Any]:
    """Return the template context of a launched send that `find` returned."""
    now = timezone.now()
    current_launch = campaign.launch if campaign.status == CampaignStatus.LAUNCHING else None
    rows = StatusCounts() if current_launch else campaign_counts.count_statuses(campaign.messages.all())
    state = state_of(campaign, waiting=not rows.is_finished, unconfirmed=bool(rows.unconfirmed), now=now)
    progress = LaunchProgress.of(current_launch, now) if current_launch else None
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
        "launch_progress": progress,
        "notes": progress.notes if progress else notes(campaign, rows, now),
        "live": FAST_MS if progress else _refresh_ms(campaign, rows, state, now),
        "links": _links(campaign, user) if progress or not rows.is_finished else [],
        "resend_count": _resend_count(campaign, rows, user),
        "may_compose": user.has_perm("outbound.add_campaign"),
        "resent_in": list(campaign.again.exclude(status=UNFINISHED).order_by("pk")[:MAX_RESENDS_SHOWN])
        if campaign.is_resent
        else [],
        "times": {
            "sent": moment(campaign.launched_at),
            "starts_at": moment(campaign.starts_at),
            "not_after": moment(campaign.not_after),
        },
        **preview.of_campaign(campaign, {}),
    }


def _refresh_ms(campaign: Campaign, rows: StatusCounts, state: str, now: datetime) -> int:
    """Return the page's refresh interval in milliseconds; 0 if it does not refresh."""
    if not rows.is_finished:
        return FAST_MS if state == "sending" else SLOW_MS
    return MEDIUM_MS if rows.taken > rows.read and _are_deliveries_coming(campaign, now) else 0


def _are_deliveries_coming(campaign: Campaign, now: datetime) -> bool:
    began = max(filter(None, (campaign.launched_at, campaign.starts_at)), default=now)
    if now - began < DELIVERY_PERIOD:
        return True
    # A long send ends hours after it began; its deliveries come in while the integration gets any events.
    last = campaign.integration.last_event_at if campaign.integration else None
    return last is not None and now - last < RECENT_EVENT and now - began < MAX_DELIVERY_PERIOD


def _links(campaign: Campaign, user: User) -> list[Link]:
    if not user.has_perm("outbound.steer_campaign"):
        return []
    actions = ("pause", "resume", "cancel", "stop")
    addresses = {name: reverse(f"admin:outbound_campaign_{name}", args=[campaign.pk]) for name in actions}
    return pause_cancel.links(campaign, addresses)


def _resend_count(campaign: Campaign, rows: StatusCounts, user: User) -> int:
    """Count the messages to resend; 0 while the send runs, since more may be refused."""
    still_sending = campaign.status == CampaignStatus.RUNNING and not rows.is_finished
    if still_sending or not rows.refused or not user.has_perm("outbound.add_campaign"):
        return 0
    return resendable(campaign).count()
