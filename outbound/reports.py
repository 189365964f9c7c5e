"""Counts for people, always from the rows and never from a counter."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db.models import Count, QuerySet

from outbound.lifecycle import IN_DOUBT, TAKEN, WAITING, MessageStatus, Reason
from outbound.models import Campaign, Message


@dataclass(frozen=True)
class RowSum:
    """Where a campaign's messages stand. The parts add up to `planned` at every moment.

    `taken` is what the gateway took; `taken_as_sent` and `taken_as_not_sent` are people's word about a doubt.
    """

    waiting: int = 0
    in_doubt: int = 0
    taken_as_sent: int = 0
    taken_as_not_sent: int = 0
    taken: int = 0
    refused: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def planned(self) -> int:
        return sum(getattr(self, part.name) for part in fields(self))

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
        taken=sum(counted.get(status, 0) for status in TAKEN),
        refused=counted.get(MessageStatus.REFUSED, 0),
        skipped=counted.get(MessageStatus.SKIPPED, 0),
        cancelled=counted.get(MessageStatus.CANCELLED, 0),
    )


def top_reasons(campaign: Campaign, limit: int = 5) -> list[tuple[Reason, int]]:
    """Return why messages of a campaign were refused or left out, the most frequent first."""
    left_out = campaign.messages.filter(status__in=[MessageStatus.REFUSED, MessageStatus.SKIPPED])
    counted = left_out.order_by().values_list("reason").annotate(count=Count("pk")).order_by("-count")
    return [(Reason(reason), count) for reason, count in counted[:limit] if reason]
