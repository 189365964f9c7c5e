"""Folds the events of one message into its row: its status only rises, and the latest failure is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from outbound.gateways.base import StatusUpdate
from outbound.lifecycle import MessageStatus, Reason, advanced
from outbound.models import Message

# Statuses in which, as far as the console knew, no request had left.
BELIEVED_UNSENT = frozenset(
    {MessageStatus.QUEUED, MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED}
)


@dataclass(frozen=True)
class Evidence:
    """What one event says of one message. `external_id` is the attempt's, if the event names it."""

    message_id: int
    told: MessageStatus
    update: StatusUpdate
    external_id: str = ""


@dataclass(frozen=True)
class Change:
    """A message whose status rose from `was`, or whose `failure` is new."""

    message: Message
    was: str
    failure: StatusUpdate | None = None

    @property
    def is_breach(self) -> bool:
        """Whether the message was certain not to have gone out, and it had."""
        # That a refused message was not delivered is no news.
        expected = self.was == MessageStatus.REFUSED and self.message.status == MessageStatus.UNDELIVERED
        return self.was in BELIEVED_UNSENT and self.message.status != self.was and not expected


def fold(row: Message, evidence: Sequence[Evidence]) -> Change | None:
    """Change `row` as `evidence` says, in any order and with any repetition; None if that changes nothing."""
    was, before = row.status, _failure_of(row)
    for one in evidence:
        row.status = advanced(row.status, one.told)
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
    """Keep the latest of several failures, so that the order in which they come makes no difference."""
    told = (update.happened_at, update.code, update.text)
    if _order(*told) > _order(*_failure_of(row)):
        row.failed_at, row.failure_code, row.failure_text = told


def _failure_of(row: Message) -> tuple[datetime | None, str, str]:
    return row.failed_at, row.failure_code, row.failure_text


def _order(at: datetime | None, code: str, text: str) -> tuple[float, str, str]:
    return at.timestamp() if at else 0.0, code, text
