"""Installations with real processes, each with its own data directory and database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.copies import Copies
from tests.installation import Installation

SERVER = os.environ.get("TEST_DATABASE_URL", "")


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Make a migrated console with the demo in it once, and copies of it from then on."""
    all_of_them = Copies(tmp_path_factory.mktemp("copies"), SERVER)
    yield all_of_them
    all_of_them.close()


@pytest.fixture
def install(copies: Copies) -> Iterator[Callable[..., Installation]]:
    """Make an installation with the demo in it, whose processes end with the test."""
    made: list[Installation] = []

    def one(**environment: str) -> Installation:
        made.append(copies.make(**environment))
        return made[-1]

    yield one
    for installation in made:
        installation.stop()


@pytest.fixture
def installation(install: Callable[..., Installation]) -> Installation:
    return install()
