"""Installations for the quick faults, on the database that the tests run on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.copies import Copies

SERVER = os.environ.get("TEST_DATABASE_URL", "")


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Make a migrated console with the demo in it once, and copies of it from then on."""
    with closing(Copies(tmp_path_factory.mktemp("faults"), SERVER)) as all_of_them:
        yield all_of_them
