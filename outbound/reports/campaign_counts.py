"""Counts the messages of a campaign by status, from the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields

from django.db.models import Count, QuerySet

from outbound.lifecycle import TAKEN, UNCONFIRMED, WAITING, MessageStatus
from outbound.models import Campaign, Message
from outbound.reports import failure_reasons

# Counted under their own names, like TAKEN.
ENDED_HERE = frozenset({MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED})
NOT_ARRIVED = [MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.UNDELIVERED]


@dataclass(frozen=True)
class StatusCounts:
    """How many messages have which status; together they are `planned`, at every moment.

    `taken` is what the gateway accepted, whatever became of it. `taken_as_sent` and `taken_as_not_sent` were
    unconfirmed until a person resolved them.
    """

    waiting: int = 0
    unconfirmed: int = 0
    taken_as_sent: int = 0
    taken_as_not_sent: int = 0
    accepted: int = 0
    sent: int = 0
    undelivered: int = 0
    delivered: int = 0
    read: int = 0
    refused: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def planned(self) -> int:
        return sum(getattr(self, part.name) for part in fields(self))

    @property
    def taken(self) -> int:
        return self.accepted + self.sent + self.undelivered + self.delivered + self.read

    @property
    def is_finished(self) -> bool:
        return not self.waiting


def count_statuses(messages: QuerySet[Message]) -> StatusCounts:
    """Count `messages` by status, in one query."""
    counted = dict(messages.order_by().values_list("status").annotate(Count("pk")))
    return StatusCounts(
        waiting=sum(counted.get(status, 0) for status in WAITING),
        unconfirmed=sum(counted.get(status, 0) for status in UNCONFIRMED),
        taken_as_sent=counted.get(MessageStatus.ASSUMED_SENT, 0),
        taken_as_not_sent=counted.get(MessageStatus.ASSUMED_NOT_SENT, 0),
        **{status.value: counted.get(status, 0) for status in TAKEN | ENDED_HERE},
    )


def top_reasons(campaign: Campaign, limit: int = 5) -> list[tuple[str, int]]:
    """Return why messages of a campaign did not arrive and how many, the most frequent reason first."""
    stopped = campaign.messages.filter(status__in=NOT_ARRIVED).order_by()
    texts: Counter[str] = Counter()
    for status, reason, code, count in stopped.values_list("status", "reason", "failure_code").annotate(
        Count("pk")
    ):
        texts[failure_reasons.text_of(status, reason, code)] += count
    del texts[""]
    return texts.most_common(limit)
