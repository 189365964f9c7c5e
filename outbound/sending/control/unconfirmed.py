"""Resolve unconfirmed messages by a person's decision; evidence that comes later still replaces it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction

from outbound import audit
from outbound.audit import Verb
from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import MAX_REASON_LENGTH, UNCONFIRMED, MessageStatus
from outbound.models import Message

BATCH_SIZE = 1000
LOCK_WAIT_SECONDS = 1.0


def resolve(pks: Sequence[int], *, as_sent: bool, reason: str, by: User, now: datetime) -> int:
    """Take unconfirmed messages as sent or as not sent; return how many were resolved.

    A message that is no longer unconfirmed stays as it is. A message taken as sent is never sent again;
    one taken as not sent can be, as a new message. Each batch is a transaction; one entry of the audit
    log covers all batches and grows with them, so after a crash it names exactly what was resolved.
    """
    status = MessageStatus.ASSUMED_SENT if as_sent else MessageStatus.ASSUMED_NOT_SENT
    reason = reason[:MAX_REASON_LENGTH]
    verb = Verb.TAKEN_AS_SENT if as_sent else Verb.TAKEN_AS_NOT_SENT
    changes: audit.Changes = {
        "status": [MessageStatus.UNCONFIRMED, status],
        "settled_reason": ["", reason],
    }
    resolved: list[int] = []
    entry = None
    for start in range(0, len(pks), BATCH_SIZE):
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            batch = _resolve_batch(pks[start : start + BATCH_SIZE], status, reason, by, now)
            resolved += batch
            if batch:
                people = len(resolved)
                entry = audit.record_rows(Message, resolved, verb, by, changes, people=people, entry=entry)
    return len(resolved)


def _resolve_batch(
    pks: Sequence[int], status: MessageStatus, reason: str, by: User, now: datetime
) -> list[int]:
    rows = Message.objects.filter(pk__in=pks, status__in=UNCONFIRMED)
    found = rows.order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        # A locked row is about to get the gateway's late answer, which counts more than a decision.
        found = found.select_for_update(skip_locked=True)
    locked = list(found.values_list("pk", flat=True))
    # The UPDATE checks the status again, so it changes unconfirmed messages only.
    rows.filter(pk__in=locked).update(
        status=status,
        status_changed_at=now,
        settled_by=by,
        settled_at=now,
        settled_reason=reason,
    )
    return locked
