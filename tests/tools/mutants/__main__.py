"""Remove each guard of the sender in turn: the tests named beside it must fail, or it is not guarded.

`python -m tests.tools.mutants [name ...]` works on copies of the tree and prints a line for each guard. On
PostgreSQL (TEST_DATABASE_URL) it also tries those that only many senders at once can miss.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tools.mutants.guards import MUTANTS, Mutant
from tests.tools.mutants.of_copies import OF_COPIES
from tests.tools.mutants.of_events import OF_EVENTS
from tests.tools.mutants.of_launches import OF_LAUNCHES
from tests.tools.mutants.of_worker import OF_WORKER

ROOT = Path(__file__).parents[3]
ALL = [*MUTANTS, *OF_COPIES, *OF_EVENTS, *OF_LAUNCHES, *OF_WORKER]
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", "var", "__pycache__", ".hypothesis", ".mypy_cache", ".ruff_cache"
)


def main(names: list[str]) -> int:
    has_postgresql = bool(os.environ.get("TEST_DATABASE_URL"))
    alive = 0
    for mutant in ALL:
        if names and not any(name in mutant.name for name in names):
            continue
        if mutant.needs_many_senders and not has_postgresql:
            print(f"not tried  {mutant.name} (needs TEST_DATABASE_URL)")  # noqa: T201
            continue
        died = _dies(mutant)
        alive += not died
        print(f"{'died' if died else 'ALIVE':<10} {mutant.name}", flush=True)  # noqa: T201
    return 1 if alive else 0


def _dies(mutant: Mutant) -> bool:
    """Return whether the tests notice; they must pass with the guard, which `make test` sees to."""
    with tempfile.TemporaryDirectory(prefix="mutant") as directory:
        copy = Path(shutil.copytree(ROOT, Path(directory) / "tree", ignore=LEFT_OUT))
        path = copy / mutant.file
        text = path.read_text(encoding="utf-8")
        if mutant.guard not in text:
            raise SystemExit(f"The guard “{mutant.name}” is no longer where it was: {mutant.file}")
        path.write_text(text.replace(mutant.guard, mutant.without), encoding="utf-8")
        environment = dict(os.environ)
        if not mutant.needs_many_senders:
            environment |= {"TEST_DATABASE_URL": "", "TEST_REDIS_URL": ""}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutant.tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
        )
    if done.returncode not in (0, 1):
        raise SystemExit(
            f"The tests of “{mutant.name}” did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
