"""Consoles that run as they would in production, each with everything of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.installation import Installation, another_database, drop_database

SERVER = os.environ.get("TEST_DATABASE_URL", "")
MIGRATED = f"journey_{os.getpid()}_migrated"
_numbers = count(1)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with a migrated database and the demo in it, made once and copied from then on."""
    directory = tmp_path_factory.mktemp("migrated")
    first = Installation(directory, another_database(SERVER, MIGRATED) if SERVER else "")
    for command in (("migrate", "--verbosity", "0"), ("prepare_demo",)):
        done = first.manage(*command)
        assert done.returncode == 0, done.stderr
    yield directory
    if SERVER:
        drop_database(SERVER, MIGRATED)


@pytest.fixture
def install(migrated: Path, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Make an installation with the demo in it, whose processes end with the test."""
    made: list[Installation] = []
    databases: list[str] = []

    def one(**environment: str) -> Installation:
        directory = shutil.copytree(migrated, tmp_path / f"data{next(_numbers)}")
        url = ""
        if SERVER:
            databases.append(f"journey_{os.getpid()}_{next(_numbers)}")
            url = another_database(SERVER, databases[-1], template=MIGRATED)
        made.append(Installation(directory, url, **environment))
        address = f"http://127.0.0.1:{made[-1].port}/zenvia"
        made[-1].change(f"UPDATE outbound_integration SET base_url = '{address}'")
        return made[-1]

    yield one
    for installation in made:
        installation.stop()
    for name in databases:
        drop_database(SERVER, name)


@pytest.fixture
def installation(install: Callable[..., Installation]) -> Installation:
    return install()
