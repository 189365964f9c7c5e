"""What events make of messages: a guarded move upward, one statement for a whole batch."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from outbound.db.sql import rows_of, stored
from outbound.gateways.base import StatusUpdate
from outbound.lifecycle import MAY_HAVE_LEFT, MessageStatus, Reason, raised
from outbound.models import Message

# No request of such a message can have left, as far as we knew.
BELIEVED_UNSENT = frozenset(
    {MessageStatus.QUEUED, MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED}
)


@dataclass(frozen=True)
class Evidence:
    """What one event says of one message. `external_id` names the attempt, where the event did."""

    message_id: int
    told: MessageStatus
    update: StatusUpdate
    external_id: str = ""


@dataclass(frozen=True)
class Change:
    """One message that moved, or whose failure is new: what the rest of the house may have to do."""

    message: Message
    was: str
    failure: StatusUpdate | None = None

    @property
    def is_breach(self) -> bool:
        """Whether we were certain that it had not gone out, and it had."""
        # That what the gateway refused was not delivered is no news.
        expected = self.was == MessageStatus.REFUSED and self.message.status == MessageStatus.UNDELIVERED
        return self.was in BELIEVED_UNSENT and self.message.status != self.was and not expected


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
# An attempt whose message went out was taken, whatever we knew of it; but two of one message never are.
_TAKEN = """
UPDATE outbound_attempt SET outcome = 'accepted', closed_at = COALESCE(closed_at, %s)
WHERE external_id IN ({places}) AND outcome <> 'accepted' AND NOT EXISTS (
    SELECT 1 FROM outbound_attempt AS other
    WHERE other.message_id = outbound_attempt.message_id AND other.id <> outbound_attempt.id
      AND other.outcome IN ({may_have_left})
)
"""


def apply(evidence: Sequence[Evidence], now: datetime) -> tuple[list[Change], set[int]]:
    """Move the messages that `evidence` speaks of; return what changed, and the messages to ask again for.

    Call it inside a transaction. The latter are those whose row somebody holds at this moment, such as a
    sender that writes the answer down. Any order and any number of repetitions end in the same state.
    """
    by_message: dict[int, list[Evidence]] = defaultdict(list)
    for one in evidence:
        by_message[one.message_id].append(one)
    held = _held(by_message)
    changes = [change for pk, row in held.items() if (change := _change(row, by_message[pk]))]
    if changes:
        rows = json.dumps([_row(change, now) for change in changes])
        with connection.cursor() as cursor:
            cursor.execute(_MOVE.format(rows=rows_of(_COLUMNS)), [rows])
    _close_attempts([one for one in evidence if one.message_id in held], now)
    return changes, by_message.keys() - held.keys()


def _held(pks: Iterable[int]) -> dict[int, Message]:
    rows = Message.objects.filter(pk__in=list(pks)).order_by("pk").select_related("campaign")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return {row.pk: row for row in rows.only(*_NEEDED)}


def _change(row: Message, evidence: list[Evidence]) -> Change | None:
    """Fold the events of one message into its row, and say what became different."""
    was, before = row.status, _failure_of(row)
    for one in evidence:
        row.status = raised(row.status, one.told)
        if one.told == MessageStatus.UNDELIVERED:
            _keep_failure(row, one.update)
    if row.status != was:
        row.reason = Reason.NOT_DELIVERED if row.status == MessageStatus.UNDELIVERED else ""
    is_new = _failure_of(row) != before
    if row.status == was and not is_new:
        return None
    newest = StatusUpdate(word="", code=row.failure_code, text=row.failure_text) if is_new else None
    return Change(row, was, newest)


def _keep_failure(row: Message, update: StatusUpdate) -> None:
    """Of several failures keep the latest, so that the order in which they come makes no difference."""
    told = (update.happened_at, update.code, update.text)
    if _order(*told) > _order(*_failure_of(row)):
        row.failed_at, row.failure_code, row.failure_text = told


def _failure_of(row: Message) -> tuple[datetime | None, str, str]:
    return row.failed_at, row.failure_code, row.failure_text


def _order(at: datetime | None, code: str, text: str) -> tuple[float, str, str]:
    return at.timestamp() if at else 0.0, code, text


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
    statement = _TAKEN.format(
        places=", ".join(["%s"] * len(named)),
        may_have_left=", ".join(f"'{outcome.value}'" for outcome in sorted(MAY_HAVE_LEFT)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [stored(now), *named.values()])
