"""The table of results and targets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What a figure has to be, as words and as a test."""

    words: str
    holds: Callable[[float], bool]


def at_least(limit: float) -> Target:
    return Target(f">= {limit:g}", lambda figure: figure >= limit)


def at_most(limit: float) -> Target:
    return Target(f"<= {limit:g}", lambda figure: figure <= limit)


def within(low: float, high: float) -> Target:
    return Target(f"{low:g}-{high:g}", lambda figure: low <= figure <= high)


@dataclass(frozen=True)
class Finding:
    """One line of the table. Without a target it only tells."""

    goal: str
    what: str
    ours: str
    beside: str
    figure: float
    target: Target | None = None

    @property
    def holds(self) -> bool:
        return self.target is None or self.target.holds(self.figure)

    def line(self) -> str:
        words = self.target.words if self.target else ""
        verdict = "" if self.target is None else "ok" if self.holds else "MISS"
        figure = f"{self.figure:.4f}" if abs(self.figure) < 0.01 else f"{self.figure:.3f}"
        return (
            f"{self.goal:<4} {self.what:<62} {self.ours:>22} {self.beside:>22} "
            f"{figure:>9} {words:>10} {verdict}"
        )


HEAD = f"{'goal':<4} {'what is compared':<62} {'sender':>22} {'beside it':>22} {'figure':>9} {'target':>10}"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
