"""Recovers messages of lost senders, and settles queued messages of campaigns that are over."""

from __future__ import annotations

import time
from datetime import datetime
from math import inf

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from outbound import failpoints
from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import (
    MAY_HAVE_LEFT,
    AttemptOutcome,
    CampaignStatus,
    MessageStatus,
    Reason,
    sources,
)
from outbound.models import Attempt, Campaign, Message
from outbound.sending.limits import eligible

BATCH_SIZE, QUEUED_BATCH_SIZE = 500, 1000
TIDY_SECONDS, LOCK_WAIT_SECONDS = 1.0, 0.5


def reap(now: datetime) -> int:
    """Turn messages whose lease is over to `unconfirmed`; return how many.

    Their requests may have left before the sender died, so only a webhook event or a person may say more.
    """
    total = 0
    while found := _reap_batch(now):
        total += found
    return total


def tidy(now: datetime) -> int:
    """Settle queued messages of campaigns that are cancelled or expired; return how many.

    It stops after TIDY_SECONDS and leaves the rest to the next call.
    """
    deadline = time.monotonic() + TIDY_SECONDS
    # A campaign that is being launched belongs to its launcher, even after its time.
    over = eligible.with_queued_messages().exclude(status=CampaignStatus.LAUNCHING)
    over = over.filter(Q(status=CampaignStatus.CANCELLED) | Q(not_after__lte=now))
    total = 0
    for campaign in over.only("status"):
        total += settle_queued(campaign, now, deadline)
    return total


def settle_queued(campaign: Campaign, now: datetime, deadline: float = inf) -> int:
    """Settle the queued messages of a campaign that is over, batch by batch; return how many.

    It stops at `deadline`, in seconds of the monotonic clock.
    """
    total = 0
    while time.monotonic() < deadline and (found := _settle_batch(campaign, now)):
        total += found
    return total


def _settle_batch(campaign: Campaign, now: datetime) -> int:
    is_cancelled = campaign.status == CampaignStatus.CANCELLED
    status = MessageStatus.CANCELLED if is_cancelled else MessageStatus.SKIPPED
    queued = Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED)
    batch = queued.order_by("due_at", "pk")
    with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            batch = batch.select_for_update(skip_locked=True)  # another sender may be tidying up
        pks = list(batch.values_list("pk", flat=True)[:QUEUED_BATCH_SIZE])
        queued.filter(pk__in=pks).update(
            status=status, status_changed_at=now, reason="" if is_cancelled else Reason.EXPIRED
        )
    failpoints.reach(failpoints.QUEUED_SETTLED)
    return len(pks)


def set_aside(now: datetime) -> int:
    """Turn queued messages with an attempt that may have left to `unconfirmed`; return how many.

    They exist only after somebody changed the database by hand. A constraint refuses another attempt for such
    a message, which would fail every claim that meets it.
    """
    left = Attempt.objects.filter(
        Q(outcome__in=MAY_HAVE_LEFT) | Q(number__gt=OuterRef("attempt_count")), message=OuterRef("pk")
    )
    queued = Message.objects.filter(Exists(left), status=MessageStatus.QUEUED)
    # Read outside a transaction: the query is slow and hardly ever finds anything.
    pks = list(queued.values_list("pk", flat=True))
    total = 0
    for start in range(0, len(pks), QUEUED_BATCH_SIZE):
        total += queued.filter(pk__in=pks[start : start + QUEUED_BATCH_SIZE]).update(
            status=MessageStatus.UNCONFIRMED, status_changed_at=now, reason=Reason.SENDER_LOST
        )
    return total


def _reap_batch(now: datetime) -> int:
    with transaction.atomic():
        over = Message.objects.filter(status=MessageStatus.SENDING, lease_until__lt=now)
        batch = over.order_by("lease_until")
        if connection.features.has_select_for_update_skip_locked:
            # The result of a locked row is being recorded; waiting for it could deadlock.
            batch = batch.select_for_update(skip_locked=True)
        pks = list(batch.values_list("pk", flat=True)[:BATCH_SIZE])
        # The UPDATE checks the lease again: a result may have been recorded since the SELECT.
        over.filter(pk__in=pks, status__in=sources(MessageStatus.UNCONFIRMED)).update(
            status=MessageStatus.UNCONFIRMED, status_changed_at=now, reason=Reason.SENDER_LOST
        )
        Attempt.objects.filter(
            message__in=pks, message__status=MessageStatus.UNCONFIRMED, outcome=AttemptOutcome.OPEN
        ).update(outcome=AttemptOutcome.AMBIGUOUS, reason=Reason.SENDER_LOST, closed_at=now)
    return len(pks)
