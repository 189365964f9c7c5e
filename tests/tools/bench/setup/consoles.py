"""Installations to measure, with many recipients and the sink as gateway."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.databases import another_database, drop_database
from tests.installation import ROOT, Installation, until
from tests.tools.bench.setup.worker import Sender

PEOPLE = 100_000
# 64 in flight, 64 ready.
SLOTS = 128


class Console(Installation):
    """An installation with the settings it ships with; only what a measurement names is different."""

    def drive(self, command: str, *arguments: object, module: str = "tests.tools.bench.setup.driver") -> Any:
        """Run a step in a process of its own, inside this console, and return what it reports."""
        done = subprocess.run(
            [sys.executable, "-m", module, command, *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def queue(self, people: int, gateway_port: int, tally: str, *, how: str, per_second: int = 0) -> int:
        """Launch a send to that many people through an integration of its own; return its number."""
        address = f"http://127.0.0.1:{gateway_port}/zenvia"
        campaign = self.drive("compose", people, address, how, tally, per_second)
        self.drive("launch", campaign)
        return int(campaign)

    def start_sender(self, log: str = "worker.log") -> Sender:
        """Start the worker as a supervisor would."""
        return Sender(self.start("worker", log=log))

    def wait_until_settled(self, seconds: float = 60) -> None:
        """Wait until what the gateway answered is written, too."""
        left = "SELECT id FROM outbound_message WHERE status IN ('queued', 'sending') LIMIT 1"
        until(lambda: not self.rows(left), "everything is settled", seconds)

    def assert_all_accepted(self, messages: int) -> None:
        """A rate counts only where each message was sent and its answer recorded."""
        found = dict(self.rows("SELECT status, count(*) FROM outbound_message GROUP BY status"))
        assert found == {"accepted": messages}, found


class Consoles:
    """Consoles of one kind of database, ready to be copied: migrated, with the demo and many people."""

    def __init__(self, directory: Path, server: str = "") -> None:
        self.name = "PostgreSQL" if server else "SQLite"
        self._directory = directory / self.name
        self._directory.mkdir()
        self._server = server
        self._numbers = count(1)
        self._databases: list[str] = []
        first = self._new_directory()
        first.mkdir()
        self._first = Console(first, self._new_database(None))

    def prepare(self) -> None:
        for command in (("migrate", "--verbosity", "0"), ("prepare_demo",)):
            done = self._first.manage(*command)
            assert done.returncode == 0, done.stderr
        self._first.drive("people", PEOPLE)

    @contextmanager
    def console(self, source: Console | None = None, **environment: str) -> Iterator[Console]:
        """Lend a copy of the first console, or of another whose processes have ended."""
        source = source or self._first
        directory = shutil.copytree(source.directory, self._new_directory())
        settings = {"SENDER_LEASE_SECONDS": "90", "SENDER_SLOTS": str(SLOTS)} | environment
        console = Console(directory, self._new_database(source), **settings)
        try:
            yield console
        finally:
            console.stop()
            shutil.rmtree(directory)
            if self._server:
                self._drop(console)

    def close(self) -> None:
        self._first.stop()
        for name in list(self._databases):
            drop_database(self._server, name)

    def _new_directory(self) -> Path:
        return self._directory / f"data{next(self._numbers)}"

    def _new_database(self, source: Console | None) -> str:
        if not self._server:
            return ""
        name = f"journey_bench_{id(self) % 10**6}_{next(self._numbers)}"
        self._databases.append(name)
        return another_database(self._server, name, template=_name(source) if source else None)

    def _drop(self, console: Console) -> None:
        drop_database(self._server, _name(console))
        self._databases.remove(_name(console))


def _name(console: Console) -> str:
    return console.database_url.rpartition("/")[2]
