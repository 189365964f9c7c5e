"""Counts for people, always from the rows and never from a counter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields

from django.db.models import Count, QuerySet

from outbound.lifecycle import IN_DOUBT, TAKEN, WAITING, MessageStatus
from outbound.models import Campaign, Message
from outbound.reports import failure_reasons

# These and what the gateway took are parts of the sum under their own names.
ENDED_HERE = frozenset({MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED})
NOT_ARRIVED = [MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.UNDELIVERED]


@dataclass(frozen=True)
class RowSum:
    """Where a campaign's messages stand. The parts add up to `planned` at every moment.

    What the gateway took stands by how far it came, and `taken` is all of it; `taken_as_sent` and
    `taken_as_not_sent` are people's word about a doubt.
    """

    waiting: int = 0
    in_doubt: int = 0
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


def row_sum(messages: QuerySet[Message]) -> RowSum:
    """Count `messages` by where they stand, in one query."""
    counted = dict(messages.order_by().values_list("status").annotate(Count("pk")))
    return RowSum(
        waiting=sum(counted.get(status, 0) for status in WAITING),
        in_doubt=sum(counted.get(status, 0) for status in IN_DOUBT),
        taken_as_sent=counted.get(MessageStatus.ASSUMED_SENT, 0),
        taken_as_not_sent=counted.get(MessageStatus.ASSUMED_NOT_SENT, 0),
        **{status.value: counted.get(status, 0) for status in TAKEN | ENDED_HERE},
    )


def top_reasons(campaign: Campaign, limit: int = 5) -> list[tuple[str, int]]:
    """Return in words why messages of a campaign did not arrive, the most frequent first."""
    stopped = campaign.messages.filter(status__in=NOT_ARRIVED).order_by()
    told: Counter[str] = Counter()
    for status, reason, code, count in stopped.values_list("status", "reason", "failure_code").annotate(
        Count("pk")
    ):
        told[failure_reasons.in_words(status, reason, code)] += count
    del told[""]
    return told.most_common(limit)
