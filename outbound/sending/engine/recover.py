"""What was left behind: by a lost sender, by a time that ran out, by a cancel that met a row under way."""

from __future__ import annotations

import time
from datetime import datetime
from math import inf

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from outbound import failpoints
from outbound.db.sqlite_write_lock import turn
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

PAGE_SIZE, QUEUED_PAGE_SIZE = 500, 1000
TIDY_SECONDS, TURN_SECONDS = 1.0, 0.5


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

    Those of a cancelled send are cancelled, those of one whose time ran out are skipped. Of very many some
    are left for the next call, which comes within seconds: a sender has other things to do.
    """
    deadline = time.monotonic() + TIDY_SECONDS
    # A send that is being launched is its launcher's alone, whatever its time says.
    over = eligible.with_queued_messages().exclude(status=CampaignStatus.LAUNCHING)
    over = over.filter(Q(status=CampaignStatus.CANCELLED) | Q(not_after__lte=now))
    total = 0
    for campaign in over.only("status"):
        total += settle_queued(campaign, now, deadline)
    return total


def settle_queued(campaign: Campaign, now: datetime, deadline: float = inf) -> int:
    """Settle the queued rows of a send that is over, page by page, until the deadline has passed.

    `deadline` is of the monotonic clock. Return how many there were.
    """
    total = 0
    while time.monotonic() < deadline and (found := _settle_page(campaign, now)):
        total += found
    return total


def _settle_page(campaign: Campaign, now: datetime) -> int:
    is_cancelled = campaign.status == CampaignStatus.CANCELLED
    status = MessageStatus.CANCELLED if is_cancelled else MessageStatus.SKIPPED
    queued = Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED)
    page = queued.order_by("due_at", "pk")
    with turn(TURN_SECONDS), transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            page = page.select_for_update(skip_locked=True)  # another sender tidies up, too
        pks = list(page.values_list("pk", flat=True)[:QUEUED_PAGE_SIZE])
        queued.filter(pk__in=pks).update(
            status=status, status_changed_at=now, reason="" if is_cancelled else Reason.EXPIRED
        )
    failpoints.reach(failpoints.QUEUED_SETTLED)
    return len(pks)


def set_aside(now: datetime) -> int:
    """Put in doubt every queued row whose request may have left once; return how many there were.

    There is none unless somebody changed the database by hand. The constraints refuse to open another
    attempt for such a row, and here it is taken out of the way of all others.
    """
    left = Attempt.objects.filter(
        Q(outcome__in=MAY_HAVE_LEFT) | Q(number__gt=OuterRef("attempt_count")), message=OuterRef("pk")
    )
    queued = Message.objects.filter(Exists(left), status=MessageStatus.QUEUED)
    # Looked for before the transaction: the look takes long, and there is hardly ever anything to write.
    pks = list(queued.values_list("pk", flat=True))
    total = 0
    for start in range(0, len(pks), QUEUED_PAGE_SIZE):
        total += queued.filter(pk__in=pks[start : start + QUEUED_PAGE_SIZE]).update(
            status=MessageStatus.UNCONFIRMED, status_changed_at=now, reason=Reason.SENDER_LOST
        )
    return total


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
