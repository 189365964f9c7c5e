"""G5: launching a send beside writing the very same rows and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.tools.bench.setting import Setting
from tests.tools.bench.setup.consoles import PEOPLE, Shelf
from tests.tools.bench.table import Finding, at_most

BARE = {"SQLite": "executemany", "PostgreSQL": "COPY"}


def beside_bare_rows(setting: Setting, shelf: Shelf) -> Iterator[Finding]:
    """One copy of a draft is launched, and another copy's table is filled with the rows that made."""
    people = setting.of(PEOPLE, 20_000)
    ours, bare, memory = [], [], []
    with shelf.console() as drafted:
        address = f"http://127.0.0.1:{setting.gateway.port}/zenvia"
        campaign = drafted.drive("compose", people, address, "0ms", setting.gateway.new_tally())
        for _number in setting.repeats:
            with shelf.console(drafted) as launched, shelf.console(drafted) as filled:
                report = launched.drive("launch", campaign)
                assert report["queued"] == people
                ours.append(report["seconds"])
                memory.append(report["extra_mb"])
                source = launched.database_url or launched.directory / "db.sqlite3"
                bare.append(filled.drive(str(source), module="tests.tools.bench.baselines.bare_insert"))
    yield Finding(
        "G5",
        f"{shelf.name}: launching {people:,} people ÷ {BARE[shelf.name]} of the same rows",
        f"{median(ours):.2f} s",
        f"{median(bare):.2f} s",
        median(ours) / median(bare),
        at_most(2.0),
    )
    yield Finding(
        "G5",
        f"{shelf.name}: memory that a launch of {people:,} takes, MB",
        f"{max(memory):.0f} MB",
        "",
        max(memory),
        at_most(30),
    )
