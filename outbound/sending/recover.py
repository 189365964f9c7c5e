"""What a lost sender left behind: rows whose lease ran out become `unconfirmed`, never `queued`."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from outbound.lifecycle import AttemptOutcome, MessageStatus, Reason, sources
from outbound.models import Attempt, Message

PAGE_SIZE = 500


def reap(now: datetime) -> int:
    """Give up waiting for calls whose lease is over; return how many messages are now in doubt.

    The request may have left before its sender died, so only evidence or a person may say more.
    """
    total = 0
    while found := _reap_page(now):
        total += found
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
