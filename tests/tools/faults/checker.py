"""Compares the gateway's ledger with the database after a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from outbound.sandbox.http import ledger
from tests.installation import Installation

DANGEROUS = ("open", "accepted", "ambiguous")
# States in which the gateway must have read nothing that it would send on.
NEVER_TAKEN = ("queued", "refused", "skipped", "cancelled")
# Endings whose answer leaves open whether the message was taken: each such request may end in doubt.
DOUBTFUL = frozenset(
    f"0{ending}"
    for ending in (301, 302, 303, 409, 500, 502, 503, 504, *range(600, 604), *range(610, 620), 621, 622, 630)
)


@dataclass
class Findings:
    """The figures of one installation, and in words what of the promise was broken there."""

    requests: int = 0
    taken: int = 0
    injected: int = 0
    bound: int = 0
    twice: int = 0
    lost: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)

    def add(self, count: int, words: str) -> int:
        """Note that something happened `count` times which must not happen once."""
        if count:
            self.breaches.append(f"{count} × {words}")
        return count


def examine(installation: Installation, people: int) -> Findings:
    """Hold an installation in which nothing runs any more against the promise.

    `people` is how many were launched there, each once.
    """
    return compare(
        installation.ledger(),
        installation.rows("SELECT id, status FROM outbound_message"),
        installation.rows("SELECT external_id, message_id, outcome FROM outbound_attempt"),
        people,
    )


def compare(
    lines: list[ledger.Line],
    messages: Sequence[tuple[int, str]],
    attempts: Sequence[tuple[str, int, str]],
    people: int,
) -> Findings:
    """Compare the ledger with the rows: messages as (id, status), attempts as (id, message, outcome)."""
    found = Findings(
        requests=len(lines),
        taken=sum(line["taken"] for line in lines),
        injected=sum(line["scenario"] in DOUBTFUL for line in lines),
        statuses=Counter(status for _id, status in messages),
    )
    message_of = {external_id: message for external_id, message, _outcome in attempts}
    taken = Counter(message_of.get(line["external_id"]) for line in lines if line["taken"])
    _twice(found, lines)
    _lost(found, messages, taken, people)
    found.add(sum(line["external_id"] not in message_of for line in lines), "a request without a mark")
    calls = Counter(message for _external_id, message, outcome in attempts if outcome in DANGEROUS)
    found.add(sum(times > 1 for times in calls.values()), "two calls of one message may have left")
    found.add(sum(outcome == "open" for _id, _message, outcome in attempts), "an attempt left open")
    wrong = Counter(status for pk, status in messages if status in NEVER_TAKEN and taken[pk])
    for status, count in wrong.items():
        found.add(count, f"taken by the gateway, and “{status}” here")
    return found


def _twice(found: Findings, lines: list[ledger.Line]) -> None:
    people = Counter(line["destination"] for line in lines if line["taken"])
    ids = Counter(line["external_id"] for line in lines)
    found.twice += found.add(sum(times > 1 for times in people.values()), "somebody got it twice")
    found.twice += found.add(sum(times > 1 for times in ids.values()), "an external id was read twice")


def _lost(
    found: Findings, messages: Sequence[tuple[int, str]], taken: Counter[int | None], people: int
) -> None:
    found.lost += found.add(abs(people - len(messages)), "launched, and no row (or a row too many)")
    missing = [pk for pk, status in messages if status == "accepted" and taken[pk] != 1]
    found.lost += found.add(len(missing), "accepted here, and not taken once by the gateway")
    found.lost += found.add(found.statuses["sending"], "still being sent when nothing sends any more")
