"""The results of all faults as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.tools.faults.checker import Findings

COLUMNS = (
    "scenario", "database", "messages", "kills", "requests", "taken", "accepted", "in doubt", "(allowed)",
    "refused", "cancelled", "twice", "lost", "seconds", "verdict",
)  # fmt: skip


@dataclass
class Result:
    """What one scenario did on one database; `wrong` is empty where all that was promised held."""

    scenario: str
    database: str
    messages: int = 0
    kills: int = 0
    findings: Findings = field(default_factory=Findings)
    seconds: float = 0.0
    skipped: str = ""
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return "skipped" if self.skipped else "BROKEN" if self.wrong else "ok"

    def cells(self) -> list[str]:
        found, states = self.findings, self.findings.statuses
        figures = (
            self.messages, self.kills, found.requests, found.taken, states["accepted"], states["unconfirmed"],
            found.bound, states["refused"], states["cancelled"], found.twice, found.lost,
        )  # fmt: skip
        return [self.scenario, self.database, *map(str, figures), f"{self.seconds:.0f}", self.verdict]


def total(results: Iterable[Result], database: str) -> Result:
    """Return the sums of all results of one database, or of all with an empty name."""
    summed = Result("total", database or "all")
    for one in results:
        if database in ("", one.database):
            summed.messages += one.messages
            summed.kills += one.kills
            summed.seconds += one.seconds
            summed.wrong += one.wrong
            for name in ("requests", "taken", "bound", "twice", "lost"):
                setattr(summed.findings, name, getattr(summed.findings, name) + getattr(one.findings, name))
            summed.findings.statuses += one.findings.statuses
    return summed


def lines(results: list[Result]) -> list[str]:
    """Return the table, with totals, and below it in words whatever went wrong or is worth a note."""
    databases = sorted({one.database for one in results})
    totals = [total(results, database) for database in [*databases, *([""] if len(databases) > 1 else [])]]
    rows = [list(COLUMNS), *(one.cells() for one in results), *(one.cells() for one in totals)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    table = [_line(row, widths) for row in rows]
    rule = "-" * len(table[0])
    told = [
        f"{one.scenario} on {one.database}: {words}"
        for one in results
        for words in [*one.wrong, *one.notes, *([one.skipped] if one.skipped else [])]
    ]
    return [table[0], rule, *table[1 : -len(totals)], rule, *table[-len(totals) :], "", *told]


def _line(row: list[str], widths: list[int]) -> str:
    texts = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    figures = [cell.rjust(width) for cell, width in zip(row[2:-1], widths[2:-1], strict=True)]
    return "  ".join([*texts, *figures, row[-1]])
