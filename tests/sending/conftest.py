"""A sandbox to send through, and SQLite in a file: threads need locks that wait, and memory has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from outbound.sandbox.http import server
from outbound.sandbox.playback.delivery import Timing

if connections["default"].vendor == "sqlite":
    connections.settings["default"]["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "tests.sqlite3")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., server.SandboxServer]]:
    """Start a sandbox gateway; its slow scenarios are quick here."""
    running = []

    def begin(latency_ms: int = 0) -> server.SandboxServer:
        timing = Timing(late_seconds=0.01, drip_seconds=0.001, hang_seconds=0.3, half_close_seconds=5)
        path = tmp_path / "ledger.jsonl"
        running.append(server.start(ledger_path=path, latency_ms=latency_ms, timing=timing))
        return running[-1]

    yield begin
    for gateway in running:
        gateway.stop()
