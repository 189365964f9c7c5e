"""What a person decides about messages in doubt. Evidence that comes later still wins (record.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction

from outbound import audit
from outbound.audit import Verb
from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import IN_DOUBT, MAX_REASON_LENGTH, MessageStatus
from outbound.models import Message

PAGE_SIZE = 1000
LOCK_WAIT_SECONDS = 1.0


def settle(pks: Sequence[int], *, as_sent: bool, reason: str, by: User, now: datetime) -> int:
    """Take messages in doubt as sent, or as not sent; return how many were decided.

    What evidence settled meanwhile is not in doubt any more and stays as it is. Taken as sent, a
    message is never sent again; taken as not sent, it may be, as a new message. They are decided page by
    page, each with the one entry of the audit log that grows along; what a crash leaves stays in doubt.
    """
    status = MessageStatus.ASSUMED_SENT if as_sent else MessageStatus.ASSUMED_NOT_SENT
    reason = reason[:MAX_REASON_LENGTH]
    verb = Verb.TAKEN_AS_SENT if as_sent else Verb.TAKEN_AS_NOT_SENT
    changes: audit.Changes = {
        "status": [MessageStatus.UNCONFIRMED, status],
        "settled_reason": ["", reason],
    }
    decided: list[int] = []
    entry = None
    for start in range(0, len(pks), PAGE_SIZE):
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            found = _settle_page(pks[start : start + PAGE_SIZE], status, reason, by, now)
            decided += found
            if found:
                people = len(decided)
                entry = audit.record_rows(Message, decided, verb, by, changes, people=people, entry=entry)
    return len(decided)


def _settle_page(
    pks: Sequence[int], status: MessageStatus, reason: str, by: User, now: datetime
) -> list[int]:
    rows = Message.objects.filter(pk__in=pks, status__in=IN_DOUBT)
    found = rows.order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        # A row that is locked is having its late answer written, which says more than any person can.
        found = found.select_for_update(skip_locked=True)
    held = list(found.values_list("pk", flat=True))
    # The status is asked again in the UPDATE: nothing but a doubt is ever decided.
    rows.filter(pk__in=held).update(
        status=status,
        status_changed_at=now,
        settled_by=by,
        settled_at=now,
        settled_reason=reason,
    )
    return held
