"""`python -m tests.tools.faults`: every fault on SQLite and on PostgreSQL, with a table of results."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.copies import Copies
from tests.tools.faults import servers, table
from tests.tools.faults.registry import POSTGRESQL, SQLITE, Fault, load
from tests.tools.faults.run_fault import run_fault
from tests.tools.faults.table import Result

LEAST_MESSAGES = 20_000
LEAST_KILLS = 300


def main() -> int:
    asked = _arguments()
    if asked.list:
        _say(*(f"{one.name:20} {one.description}" for one in load().values()))
        return 0
    chosen = [one for one in load().values() if asked.only in (None, []) or one.name in asked.only]
    if asked.quick:
        chosen = [one for one in chosen if one.quick]
    directory = Path(tempfile.mkdtemp(prefix="faults-"))
    directory.chmod(0o755)
    started = time.monotonic()
    results = _run_all(chosen, asked, directory)
    _say("", *table.lines(results), f"seed {asked.seed}, {time.monotonic() - started:.0f} s in all")
    problems = _problems(results, whole=not (asked.only or asked.quick))
    _say(*problems)
    if not problems:
        shutil.rmtree(directory)
    return 1 if problems else 0


def _run_all(chosen: list[Fault], asked: argparse.Namespace, directory: Path) -> list[Result]:
    with ExitStack() as stack:
        stages = [(name, stack.enter_context(_copies(name, directory))) for name in asked.databases]
        pool = stack.enter_context(ThreadPoolExecutor(asked.jobs))
        waiting = [
            pool.submit(
                _run,
                fault,
                copies,
                name,
                seed=asked.seed,
                factor=fault.quick if asked.quick else asked.factor,
            )
            for name, copies in stages
            for fault in chosen
            if name in fault.databases
        ]
        return [one.result() for one in waiting]


def _run(fault: Fault, copies: Copies, database: str, *, seed: int, factor: float) -> Result:
    result = run_fault(fault, copies, database, seed=seed, factor=factor)
    _say(f"{result.verdict:8} {result.seconds:4.0f} s  {result.database:10} {result.scenario}")
    return result


@contextmanager
def _copies(database: str, directory: Path) -> Iterator[Copies]:
    with ExitStack() as stack:
        url = ""
        if database == POSTGRESQL:
            url = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(servers.postgres()).url
        yield stack.enter_context(closing(Copies(directory / database, url)))


def _problems(results: list[Result], *, whole: bool) -> list[str]:
    """Return in words why this run does not count as passed."""
    everything = table.total(results, "")
    problems = ["What was promised does not hold."] if everything.wrong else []
    if whole and any(one.skipped for one in results):
        problems.append("Scenarios were skipped.")
    if whole and everything.messages < LEAST_MESSAGES:
        problems.append(f"Only {everything.messages} messages; {LEAST_MESSAGES} are asked for.")
    if whole and everything.kills < LEAST_KILLS:
        problems.append(f"Only {everything.kills} kills; {LEAST_KILLS} are asked for.")
    return problems


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.faults", description=__doc__)
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL, "both"], default="both")
    parser.add_argument("--only", action="extend", nargs="+", metavar="NAME", help="only these scenarios")
    parser.add_argument("--quick", action="store_true", help="the quick set, small")
    parser.add_argument("--factor", type=float, default=1.0, help="how large the scenarios are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=3, help="scenarios at once; most of them wait")
    parser.add_argument("--list", action="store_true", help="say which scenarios there are")
    asked = parser.parse_args()
    asked.databases = [SQLITE, POSTGRESQL] if asked.database == "both" else [asked.database]
    return asked


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
