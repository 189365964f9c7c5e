"""Installations with real processes, each with its own data directory and database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.copies import Copies
from tests.installation import Installation


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
