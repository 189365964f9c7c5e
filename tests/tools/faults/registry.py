"""The fault scenarios by name, with what each needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from tests.tools.faults.stage import Stage

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class Fault:
    """A scenario. `quick` is the factor with which it belongs to the quick set; 0 leaves it out."""

    name: str
    play: Callable[[Stage], None]
    databases: tuple[str, ...] = (SQLITE, POSTGRESQL)
    quick: float = 0.0
    needs: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def description(self) -> str:
        return (self.play.__doc__ or "").splitlines()[0]


FAULTS: dict[str, Fault] = {}


def load() -> dict[str, Fault]:
    """Return all scenarios, each file of which registers its own."""
    for path in sorted((Path(__file__).parent / "scenarios").glob("[a-z]*.py")):
        import_module(f"tests.tools.faults.scenarios.{path.stem}")
    return FAULTS


def fault(
    name: str,
    *,
    only: str = "",
    quick: float = 0.0,
    needs: str = "",
    **environment: str,
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Register a scenario. `needs`: "postgres" or "redis", a server of its own that may be killed, or
    "mount", a small disk of its own that may be filled.
    """

    def register(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
        databases = (only,) if only else (SQLITE, POSTGRESQL)
        FAULTS[name] = Fault(name, play, databases, quick, needs, environment)
        return play

    return register
