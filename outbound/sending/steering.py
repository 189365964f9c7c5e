"""Hands on the wheel: pause, resume, cancel a send. Exact from the next claim on: it reads the same row."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_noop as _

from outbound import audit
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message
from outbound.sending import lanes, recover, waves

PAUSED, RESUMED, CANCELLED = _("Send paused"), _("Send resumed"), _("Send cancelled")
MAX_REASON_LENGTH = 300  # of the column
STEERED = frozenset({CampaignStatus.RUNNING, CampaignStatus.PAUSED})


def pause(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let nothing more of a running send be claimed. Return whether it was running."""
    before = frozenset({CampaignStatus.RUNNING})
    return _move(campaign, before, CampaignStatus.PAUSED, PAUSED, reason=reason, by=by, now=now)


def resume(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let a paused send go on. Return whether it was paused.

    Where its first wave had failed a person has now decided, and all that waits goes. A pause in the
    middle of a first wave decides nothing, and the wave goes on.
    """
    before = frozenset({CampaignStatus.PAUSED})
    with transaction.atomic():
        Campaign.objects.filter(
            pk=campaign.pk,
            status=CampaignStatus.PAUSED,
            status_reason=waves.NONE_TAKEN,
            status_changed_by=None,
        ).update(first_wave_passed_at=now)
        return _move(campaign, before, CampaignStatus.RUNNING, RESUMED, reason=reason, by=by, now=now)


def cancel(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> int | None:
    """Cancel a send and return how many messages will not go; None if it was neither running nor paused.

    What is under way is left alone: its request may have left. What of it comes back unsent is
    cancelled afterwards (sending/recover.py, `tidy`), and so is what waits, should this process die: no
    sender takes any of it once the send itself is cancelled, which comes first. Not within a transaction.
    """
    count = _cancel(campaign, reason=reason, by=by, now=now)
    if count is not None:
        recover.settle_queued(campaign, now)
    return count


def cancel_waiting(integration: Integration, *, reason: str, by: User | None, now: datetime) -> int:
    """Cancel every send through `integration` that still waits; return how many messages will not go."""
    waiting = lanes.with_queued_rows().filter(integration=integration, status__in=STEERED).order_by("pk")
    with transaction.atomic():
        counted = [(one, _cancel(one, reason=reason, by=by, now=now)) for one in waiting]
    cancelled = {campaign: count for campaign, count in counted if count is not None}
    for campaign in cancelled:
        recover.settle_queued(campaign, now)
    return sum(cancelled.values())


def _cancel(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> int | None:
    """Cancel a send itself; return how many of its messages wait, which nobody takes from then on."""
    with transaction.atomic():
        if not _move(campaign, STEERED, CampaignStatus.CANCELLED, CANCELLED, reason=reason, by=by, now=now):
            return None
        return Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED).count()


def _move(
    campaign: Campaign,
    before: frozenset[CampaignStatus],
    to: CampaignStatus,
    text: str,
    *,
    reason: str,
    by: User | None,
    now: datetime,
) -> bool:
    with transaction.atomic():
        was = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        # The status stands in the UPDATE itself, as in the claim's: who comes second changes nothing.
        moved = Campaign.objects.filter(pk=campaign.pk, status__in=before).update(
            status=to, status_reason=reason[:MAX_REASON_LENGTH], status_changed_at=now, status_changed_by=by
        )
        campaign.refresh_from_db()
        if moved:
            changes = {
                "status": [was.status, to],
                "status_reason": [was.status_reason, campaign.status_reason],
            }
            audit.record(campaign, text, by, changes)
    return bool(moved)
