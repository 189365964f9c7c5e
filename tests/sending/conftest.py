"""SQLite in a file: several threads at once need locks that wait, and a database in memory has none."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connections

if connections["default"].vendor == "sqlite":
    connections.settings["default"]["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "tests.sqlite3")
