"""Installations copied from one migrated console with the demo's data."""

from __future__ import annotations

import os
import shutil
import threading
from itertools import count
from pathlib import Path

from tests.databases import another_database, drop_database
from tests.installation import Installation

_numbers = count(1)


class Copies:
    """`server_url` is a PostgreSQL database, beside which others are made; without it SQLite is used."""

    def __init__(self, directory: Path, server_url: str = "") -> None:
        self.directory = directory
        self._server = server_url
        self._made: list[Installation] = []
        self._databases: list[str] = []
        self._first: Path | None = None
        self._lock = threading.Lock()

    def make(self, directory: Path | None = None, **environment: str) -> Installation:
        """Return a console of its own: data directory, database, port of its sandbox."""
        with self._lock:
            first = self._first = self._first or self._migrated()
            directory = shutil.copytree(first, directory or self.directory / f"data{next(_numbers)}")
            made = Installation(directory, self._database(copied=True), **environment)
        made.change(f"UPDATE outbound_integration SET base_url = 'http://127.0.0.1:{made.port}/zenvia'")
        self._made.append(made)
        return made

    def close(self) -> None:
        """End every process that was started in one of them, and drop the databases."""
        for installation in self._made:
            installation.stop()
        for name in self._databases:
            drop_database(self._server, name)

    def _migrated(self) -> Path:
        directory = self.directory / f"migrated{next(_numbers)}"
        directory.mkdir(parents=True)
        first = Installation(directory, self._database())
        for command in (("migrate", "--verbosity", "0"), ("prepare_demo",)):
            done = first.manage(*command)
            assert done.returncode == 0, done.stderr
        (directory / "sandbox" / "callback.json").unlink()  # no events but for those who ask for them
        return directory

    def _database(self, *, copied: bool = False) -> str:
        if not self._server:
            return ""
        self._databases.append(f"journey_{os.getpid()}_{next(_numbers)}")
        return another_database(
            self._server, self._databases[-1], template=self._databases[0] if copied else None
        )
