"""Pause, resume and cancel a send, with an entry in the audit log. The next claim already sees it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import CANCELLABLE, CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message
from outbound.models.campaign import CampaignQuerySet
from outbound.sending.engine import recover
from outbound.sending.limits import canary, eligible


def pause(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let nothing more of a running send be claimed. Return whether it was running."""
    with transaction.atomic():
        before = _lock(campaign)
        paused = _row(campaign).pause(reason=reason, by=by, now=now)
        campaign.refresh_from_db()
        if paused:
            changes = _changes(before, campaign)
            audit.record(campaign, Verb.SEND_PAUSED, by, changes, people=_queued_count(campaign))
    return bool(paused)


def resume(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let a paused send go on. Return whether it was paused.

    If its canary failed, the person has now decided, and everything that is queued goes. A pause by a
    person while the canary was under way does not end the canary.
    """
    with transaction.atomic():
        before = _lock(campaign)
        failed_canary = _row(campaign).filter(
            status=CampaignStatus.PAUSED, status_reason=canary.NONE_TAKEN, status_changed_by=None
        )
        failed_canary.update(first_wave_passed_at=now)
        resumed = _row(campaign).resume(reason=reason, by=by, now=now)
        campaign.refresh_from_db()
        if resumed:
            changes = _changes(before, campaign)
            audit.record(campaign, Verb.SEND_RESUMED, by, changes, people=_queued_count(campaign))
    return bool(resumed)


def cancel(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> int | None:
    """Cancel a send and return how many messages will not go; None if it was neither running nor paused.

    A message whose request is under way is left alone, since it may have left. If it comes back unsent,
    `sending/engine/recover.py` cancels it, as it does with queued messages should this process die before
    it cancels them: no sender claims messages of a cancelled send. Do not call it in a transaction.
    """
    with transaction.atomic():
        changes, count = _cancel(campaign, reason=reason, by=by, now=now)
        if not changes:
            return None
        audit.record(campaign, Verb.SEND_CANCELLED, by, changes, people=count)
    recover.settle_queued(campaign, now)
    return count


def cancel_waiting(integration: Integration, *, reason: str, by: User | None, now: datetime) -> int:
    """Cancel every open send of an integration; return how many messages will not go."""
    open_sends = eligible.with_queued_messages().filter(integration=integration, status__in=CANCELLABLE)
    with transaction.atomic():
        found = [(one, _cancel(one, reason=reason, by=by, now=now)) for one in open_sends.order_by("pk")]
        cancelled = [campaign for campaign, (changes, _count) in found if changes]
        total = sum(count for _campaign, (_changes, count) in found)
        if cancelled:
            pks = [campaign.pk for campaign in cancelled]
            changes = {"integration": ["", str(integration)], "status_reason": ["", reason]}
            audit.record_rows(Campaign, pks, Verb.WAITING_CANCELLED, by, changes, people=total)
    for campaign in cancelled:
        recover.settle_queued(campaign, now)
    return total


def _cancel(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> tuple[audit.Changes, int]:
    """Cancel a send but not yet its messages; return what changed, and how many messages are queued."""
    with transaction.atomic():
        before = _lock(campaign)
        cancelled = _row(campaign).cancel(reason=reason, by=by, now=now)
        campaign.refresh_from_db()
    return (_changes(before, campaign), _queued_count(campaign)) if cancelled else ({}, 0)


def _row(campaign: Campaign) -> CampaignQuerySet:
    return Campaign.objects.filter(pk=campaign.pk)


def _lock(campaign: Campaign) -> Campaign:
    """Return the send as it is, and keep others from changing it before the end of the transaction."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def _changes(before: Campaign, after: Campaign) -> audit.Changes:
    return {name: [getattr(before, name), getattr(after, name)] for name in ("status", "status_reason")}


def _queued_count(campaign: Campaign) -> int:
    return Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED).count()
