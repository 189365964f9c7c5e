"""SQLite in a file, since the intake is a thread and threads share no database in memory."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connections

if connections["default"].vendor == "sqlite":
    connections.settings["default"]["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "tests.sqlite3")
