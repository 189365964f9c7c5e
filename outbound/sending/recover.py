"""What was left behind: by a lost sender, by a time that ran out, by a cancel that met a row under way."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from outbound.lifecycle import (
    MAY_HAVE_LEFT,
    AttemptOutcome,
    CampaignStatus,
    MessageStatus,
    Reason,
    sources,
)
from outbound.models import Attempt, Message
from outbound.sending import lanes

PAGE_SIZE = 500


def reap(now: datetime) -> int:
    """Give up waiting for calls whose lease is over; return how many messages are now in doubt.

    The request may have left before its sender died, so only evidence or a person may say more.
    """
    total = 0
    while found := _reap_page(now):
        total += found
    return total


def tidy(now: datetime) -> int:
    """Settle queued rows that nobody may claim any more; return how many there were.

    Those of a cancelled send are cancelled, those of one whose time ran out are skipped.
    """
    over = lanes.with_queued_rows().filter(Q(status=CampaignStatus.CANCELLED) | Q(not_after__lte=now))
    total = 0
    for campaign in over.only("status"):
        queued = Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED)
        if campaign.status == CampaignStatus.CANCELLED:
            total += queued.update(status=MessageStatus.CANCELLED, status_changed_at=now, reason="")
        else:
            total += queued.update(status=MessageStatus.SKIPPED, status_changed_at=now, reason=Reason.EXPIRED)
    return total


def set_aside(now: datetime) -> int:
    """Put in doubt every queued row whose request may have left once; return how many there were.

    There is none unless somebody changed the database by hand. The constraints refuse to open another
    attempt for such a row, and here it is taken out of the way of all others.
    """
    left = Attempt.objects.filter(
        Q(outcome__in=MAY_HAVE_LEFT) | Q(number__gt=OuterRef("attempt_count")), message=OuterRef("pk")
    )
    return Message.objects.filter(Exists(left), status=MessageStatus.QUEUED).update(
        status=MessageStatus.UNCONFIRMED, status_changed_at=now, reason=Reason.SENDER_LOST
    )


def _reap_page(now: datetime) -> int:
    with transaction.atomic():
        over = Message.objects.filter(status=MessageStatus.SENDING, lease_until__lt=now)
        page = over.order_by("lease_until")
        if connection.features.has_select_for_update_skip_locked:
            # A row that is locked is having its answer written; waiting for it could end in a deadlock.
            page = page.select_for_update(skip_locked=True)
        pks = list(page.values_list("pk", flat=True)[:PAGE_SIZE])
        # The lease is asked again in the UPDATE: an answer may have come since the SELECT.
        over.filter(pk__in=pks, status__in=sources(MessageStatus.UNCONFIRMED)).update(
            status=MessageStatus.UNCONFIRMED, status_changed_at=now, reason=Reason.SENDER_LOST
        )
        Attempt.objects.filter(
            message__in=pks, message__status=MessageStatus.UNCONFIRMED, outcome=AttemptOutcome.OPEN
        ).update(outcome=AttemptOutcome.AMBIGUOUS, reason=Reason.SENDER_LOST, closed_at=now)
    return len(pks)
