"""G5: launching a send beside writing the same rows alone."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import PEOPLE, Consoles
from tests.tools.bench.table import Finding, at_most

BARE = {"SQLite": "executemany", "PostgreSQL": "COPY"}


def beside_bare_rows(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """One copy of a draft is launched, and another copy's table is filled with the rows that made."""
    people = measurement.of(PEOPLE, 20_000)
    ours, bare, memory = [], [], []
    with consoles.console() as drafted:
        address = f"http://127.0.0.1:{measurement.gateway.port}/zenvia"
        campaign = drafted.drive("compose", people, address, "0ms", measurement.gateway.new_tally())
        for _number in measurement.repeats:
            with consoles.console(drafted) as launched, consoles.console(drafted) as filled:
                report = launched.drive("launch", campaign)
                assert report["queued"] == people
                ours.append(report["seconds"])
                memory.append(report["extra_mb"])
                source = launched.database_url or launched.directory / "db.sqlite3"
                bare.append(filled.drive(str(source), module="tests.tools.bench.baselines.bare_insert"))
    yield Finding(
        "G5",
        f"{consoles.name}: launching {people:,} people ÷ {BARE[consoles.name]} of the same rows",
        f"{median(ours):.2f} s",
        f"{median(bare):.2f} s",
        median(ours) / median(bare),
        at_most(2.0),
    )
    yield Finding(
        "G5",
        f"{consoles.name}: memory that a launch of {people:,} takes, MB",
        f"{max(memory):.0f} MB",
        "",
        max(memory),
        at_most(30),
    )
