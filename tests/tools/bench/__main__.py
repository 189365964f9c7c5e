"""`python -m tests.tools.bench [GOAL ...] [--quick]`: performance goals, each measured beside a baseline."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tests.tools.bench.goals import (
    cost,
    growth,
    history_pages,
    hung_gateway,
    launch,
    pages_while_sending,
    pause,
    rate_limit,
    speed,
    webhook_storm,
    write_lock,
)
from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import Consoles
from tests.tools.bench.setup.gateway import Gateway
from tests.tools.bench.table import HEAD, Finding, at_least, say

GOALS: dict[str, Callable[[Measurement, Consoles], Iterator[Finding]]] = {
    "G1": speed.beside_the_bare_loop,
    "G2": speed.beside_one_task_each,
    "G3": cost.of_one_message,
    "G4": growth.with_a_long_past,
    "G5": launch.beside_bare_rows,
    "G6": history_pages.through_a_long_past,
    "G7": rate_limit.held,
    "G9": pause.at_full_speed,
    "G10": hung_gateway.a_hanging_one,
    "G11": pages_while_sending.while_sending,
    "G12": webhook_storm.of_events,
    "G13": write_lock.of_the_longest,
}
# What depends on the database enough to be measured on PostgreSQL as well.
ON_POSTGRESQL = ("G1", "G3", "G4", "G5", "G6", "G7", "G9", "G12")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"of {', '.join(GOALS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="everything once, with fewer messages")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only on this one")
    options = parser.parse_args()
    if unknown := set(options.goals) - set(GOALS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an end in good order leaves no process behind
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, closing(Gateway()) as gateway:
        measurement = Measurement(gateway, options.quick)
        say(f"The gateway of this run takes {gateway.limit():,.0f} requests/s by itself.\n{HEAD}")
        findings = [
            finding
            for consoles, goals in _databases(Path(directory), options)
            for finding in _measured(measurement, consoles, goals)
        ]
    missed = sum(not finding.holds for finding in findings)
    say(f"\n{len(findings)} lines in {time.monotonic() - started:.0f} s, {missed} missed.")
    return 1 if missed else 0


def _databases(directory: Path, options: argparse.Namespace) -> Iterator[tuple[Consoles, list[str]]]:
    wanted = options.goals or list(GOALS)
    servers = {"sqlite": "", "postgresql": os.environ.get("TEST_DATABASE_URL", "")}
    for name, server in servers.items():
        if options.database not in (None, name):
            continue
        if name == "postgresql" and not server:
            say("SKIPPED: PostgreSQL. Set TEST_DATABASE_URL for it.")
            continue
        asked = bool(options.goals) and options.database == name
        goals = [goal for goal in wanted if name == "sqlite" or asked or goal in ON_POSTGRESQL]
        with closing(Consoles(directory, server)) as consoles:
            consoles.prepare()
            yield consoles, goals


def _measured(measurement: Measurement, consoles: Consoles, goals: list[str]) -> Iterator[Finding]:
    for goal in goals:
        try:
            for finding in GOALS[goal](measurement, consoles):
                say(finding.line())
                yield finding
        except AssertionError as error:  # it did not come to its end: that is a miss, and the rest goes on
            say(f"{goal:<4} {consoles.name}: {error} MISS")
            yield Finding(goal, str(error), "", "", 0, at_least(1))


if __name__ == "__main__":
    sys.exit(main())
