"""Fixtures of every test: no connection leaves this machine, and the language is reset."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import hypothesis
import pytest
from django.utils import translation

# Playwright keeps an event loop in this thread, and browser tests ask the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from tests.copies import Copies  # noqa: E402
from tests.tools.clock import moving  # noqa: E402

moving.follow()

# A deadline would make a timing of each property.
hypothesis.settings.register_profile("without deadlines", deadline=None)
hypothesis.settings.load_profile("without deadlines")

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Each file is one worker's; these take minutes, so they begin first, and no worker waits for them at the end.
LONGEST = ("test_quick.py", "test_pages.py", "test_worker.py", "test_delivery_statuses.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whatever tries to reach another machine, so that no test can ever text a person."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Leave no test in the language of the page that another asked for last."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Make one migrated console with the demo's data, and copies of it."""
    with closing(Copies(tmp_path_factory.mktemp("copies"), os.environ.get("TEST_DATABASE_URL", ""))) as made:
        yield made
