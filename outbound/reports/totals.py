"""Adds up counted rows by the groups that the reports show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from outbound.lifecycle import REACHED, TAKEN, UNCONFIRMED, WAITING, MessageStatus
from outbound.models import Summary

Key = TypeVar("Key")
NOT_SENT = frozenset({MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.ASSUMED_NOT_SENT})
# Every status is in exactly one part.
PARTS: dict[str, frozenset[MessageStatus]] = {
    "waiting": WAITING,
    "unconfirmed": UNCONFIRMED,
    "taken_as_sent": frozenset({MessageStatus.ASSUMED_SENT}),
    "under_way": TAKEN - REACHED - {MessageStatus.UNDELIVERED},
    "reached": REACHED,
    "undelivered": frozenset({MessageStatus.UNDELIVERED}),
    "refused": frozenset({MessageStatus.REFUSED}),
    "not_sent": NOT_SENT,
}
_PART_OF = {status.value: part for part, statuses in PARTS.items() for status in statuses}


@dataclass
class Tally:
    """Numbers of messages. `under_way` were accepted by the gateway and are not known to be delivered.

    `read` is part of `reached` and `accepted` of `under_way`; all others add up to `planned`.
    """

    waiting: int = 0
    unconfirmed: int = 0
    taken_as_sent: int = 0
    under_way: int = 0
    reached: int = 0
    undelivered: int = 0
    refused: int = 0
    not_sent: int = 0
    read: int = 0
    accepted: int = 0

    @property
    def planned(self) -> int:
        return sum(getattr(self, part) for part in PARTS)

    @property
    def taken(self) -> int:
        """What the gateway accepted, whatever became of it."""
        return self.under_way + self.reached + self.undelivered

    @property
    def reached_share(self) -> float | None:
        return _share(self.reached, self.taken)

    @property
    def read_share(self) -> float | None:
        return _share(self.read, self.taken)

    def add(self, row: Summary) -> None:
        part = _PART_OF[row.status]
        setattr(self, part, getattr(self, part) + row.count)
        if row.status in (MessageStatus.READ, MessageStatus.ACCEPTED):
            setattr(self, row.status, getattr(self, row.status) + row.count)


def tally(rows: Iterable[Summary]) -> Tally:
    """Add up all rows."""
    sums = Tally()
    for row in rows:
        sums.add(row)
    return sums


def by(key: Callable[[Summary], Key], rows: Iterable[Summary]) -> dict[Key, Tally]:
    """Add up the rows of each key."""
    sums: dict[Key, Tally] = defaultdict(Tally)
    for row in rows:
        sums[key(row)].add(row)
    return dict(sums)


def counts(key: Callable[[Summary], Key], rows: Iterable[Summary]) -> list[tuple[Key, int]]:
    """Count the messages of each key, the most frequent first."""
    sums: dict[Key, int] = defaultdict(int)
    for row in rows:
        sums[key(row)] += row.count
    return sorted(sums.items(), key=lambda item: -item[1])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
