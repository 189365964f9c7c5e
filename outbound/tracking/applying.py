"""Moves messages as events say, one guarded statement for a whole batch."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from outbound.db.sql import rows_of, stored
from outbound.lifecycle import MAY_HAVE_LEFT, EventState
from outbound.models import Message
from outbound.tracking.changes import Change, Evidence, fold
from outbound.tracking.matching import Match

# A sender holds a row only while it records an answer.
LOCKED_ROW_DELAY = timedelta(seconds=1)
_COLUMNS = {
    "id": "bigint",
    "was": "text",
    "status": "text",
    "reason": "text",
    "failure_code": "text",
    "failure_text": "text",
    "failed_at": "timestamptz",
    "changed_at": "timestamptz",
}
_MOVE = """
UPDATE outbound_message SET
    status = v.status, reason = v.reason, failure_code = v.failure_code, failure_text = v.failure_text,
    failed_at = v.failed_at, status_changed_at = v.changed_at
FROM {rows} AS v
WHERE outbound_message.id = v.id AND outbound_message.status = v.was
"""
_NEEDED = (
    "status",
    "status_changed_at",
    "reason",
    "integration_id",
    "failure_code",
    "failure_text",
    "failed_at",
    "created_at",
    "campaign__template_id",
)
# The attempt of a message that went out was accepted, but of one message only one attempt may have been.
_ACCEPT = """
UPDATE outbound_attempt SET outcome = 'accepted', closed_at = COALESCE(closed_at, %s)
WHERE external_id IN ({places}) AND outcome <> 'accepted' AND NOT EXISTS (
    SELECT 1 FROM outbound_attempt AS other
    WHERE other.message_id = outbound_attempt.message_id AND other.id <> outbound_attempt.id
      AND other.outcome IN ({may_have_left})
)
"""


def apply(matches: Sequence[Match], now: datetime) -> list[Change]:
    """Move the messages that events were matched to, settle those events, and return what changed.

    Call it in a transaction. An event whose message is locked, as by a sender that records the answer, is
    tried again. Any order and any number of repetitions end in the same state.
    """
    rows = _lock({match.evidence.message_id for match in matches})
    for match in matches:
        if match.evidence.message_id in rows:
            match.reading.settle(EventState.APPLIED)
        else:
            match.reading.postpone(LOCKED_ROW_DELAY, now)
    evidence = [match.evidence for match in matches if match.evidence.message_id in rows]
    changes = _fold_all(rows, evidence)
    _move(changes, now)
    _close_attempts(evidence, now)
    return changes


def _lock(pks: Collection[int]) -> dict[int, Message]:
    rows = Message.objects.filter(pk__in=pks).order_by("pk").select_related("campaign")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return {row.pk: row for row in rows.only(*_NEEDED)}


def _fold_all(rows: dict[int, Message], evidence: Iterable[Evidence]) -> list[Change]:
    by_message: dict[int, list[Evidence]] = defaultdict(list)
    for one in evidence:
        by_message[one.message_id].append(one)
    return [change for pk, row in rows.items() if (change := fold(row, by_message[pk]))]


def _move(changes: Sequence[Change], now: datetime) -> None:
    if not changes:
        return
    rows = json.dumps([_row(change, now) for change in changes])
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(rows=rows_of(_COLUMNS)), [rows])


def _row(change: Change, now: datetime) -> dict[str, Any]:
    row = change.message
    return {
        "id": row.pk,
        "was": change.was,
        "status": row.status,
        "reason": row.reason,
        "failure_code": row.failure_code,
        "failure_text": row.failure_text,
        "failed_at": stored(row.failed_at) if row.failed_at else None,
        "changed_at": stored(now if row.status != change.was else row.status_changed_at),
    }


def _close_attempts(evidence: Sequence[Evidence], now: datetime) -> None:
    # Of one message at most one: the database allows no second attempt that may have left.
    named = {one.message_id: one.external_id for one in evidence if one.external_id}
    if not named:
        return
    statement = _ACCEPT.format(
        places=", ".join(["%s"] * len(named)),
        may_have_left=", ".join(f"'{outcome.value}'" for outcome in sorted(MAY_HAVE_LEFT)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [stored(now), *named.values()])
