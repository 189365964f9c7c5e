"""Hands on the wheel: pause, resume, cancel a send. Exact from the next claim on: it reads the same row."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message
from outbound.sending.engine import recover
from outbound.sending.limits import canary, eligible

MAX_REASON_LENGTH = 300  # of the column
STEERED = frozenset({CampaignStatus.RUNNING, CampaignStatus.PAUSED})


def pause(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let nothing more of a running send be claimed. Return whether it was running."""
    before = frozenset({CampaignStatus.RUNNING})
    with transaction.atomic():
        changes = _move(campaign, before, CampaignStatus.PAUSED, reason=reason, by=by, now=now)
        if changes:
            audit.record(campaign, Verb.SEND_PAUSED, by, changes, people=_waiting(campaign))
    return bool(changes)


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
            status_reason=canary.NONE_TAKEN,
            status_changed_by=None,
        ).update(first_wave_passed_at=now)
        changes = _move(campaign, before, CampaignStatus.RUNNING, reason=reason, by=by, now=now)
        if changes:
            audit.record(campaign, Verb.SEND_RESUMED, by, changes, people=_waiting(campaign))
    return bool(changes)


def cancel(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> int | None:
    """Cancel a send and return how many messages will not go; None if it was neither running nor paused.

    What is under way is left alone: its request may have left. What of it comes back unsent is
    cancelled afterwards (sending/recover.py, `tidy`), and so is what waits, should this process die: no
    sender takes any of it once the send itself is cancelled, which comes first. Not within a transaction.
    """
    with transaction.atomic():
        changes, count = _cancel(campaign, reason=reason, by=by, now=now)
        if not changes:
            return None
        audit.record(campaign, Verb.SEND_CANCELLED, by, changes, people=count)
    recover.settle_queued(campaign, now)
    return count


def cancel_waiting(integration: Integration, *, reason: str, by: User | None, now: datetime) -> int:
    """Cancel every send through `integration` that still waits; return how many messages will not go."""
    waiting = eligible.with_queued_rows().filter(integration=integration, status__in=STEERED)
    with transaction.atomic():
        found = [(one, _cancel(one, reason=reason, by=by, now=now)) for one in waiting.order_by("pk")]
        cancelled = [campaign for campaign, (changes, _count) in found if changes]
        total = sum(count for _campaign, (_changes, count) in found)
        if cancelled:
            pks = [campaign.pk for campaign in cancelled]
            changes = {"integration": ["", str(integration)], "status_reason": ["", reason]}
            audit.record_rows(Campaign, pks, Verb.WAITING_CANCELLED, by, changes, people=total)
    for campaign in cancelled:
        recover.settle_queued(campaign, now)
    return total


def _cancel(
    campaign: Campaign, *, reason: str, by: User | None, now: datetime
) -> tuple[dict[str, list[str]], int]:
    """Cancel a send itself; return what changed, and how many wait, which nobody takes from then on."""
    changes = _move(campaign, STEERED, CampaignStatus.CANCELLED, reason=reason, by=by, now=now)
    return changes, _waiting(campaign) if changes else 0


def _waiting(campaign: Campaign) -> int:
    return Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED).count()


def _move(
    campaign: Campaign,
    before: frozenset[CampaignStatus],
    to: CampaignStatus,
    *,
    reason: str,
    by: User | None,
    now: datetime,
) -> dict[str, list[str]]:
    """Move a send on, and return what changed: nothing where its status was another."""
    with transaction.atomic():
        was = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        # The status stands in the UPDATE itself, as in the claim's: who comes second changes nothing.
        moved = Campaign.objects.filter(pk=campaign.pk, status__in=before).update(
            status=to, status_reason=reason[:MAX_REASON_LENGTH], status_changed_at=now, status_changed_by=by
        )
        campaign.refresh_from_db()
    if not moved:
        return {}
    return {"status": [was.status, to], "status_reason": [was.status_reason, campaign.status_reason]}
