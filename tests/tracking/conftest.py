"""SQLite in a file: the intake is a thread of its own, and memory has no locks that wait."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connections

if connections["default"].vendor == "sqlite":
    connections.settings["default"]["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "tests.sqlite3")
