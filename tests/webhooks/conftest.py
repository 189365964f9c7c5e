"""SQLite in a file, since threads share no database in memory, and an integration with an open webhook."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from outbound.models import Integration
from outbound.webhooks import secrets
from tests.builders import an_integration

if connections["default"].vendor == "sqlite":
    connections.settings["default"]["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "tests.sqlite3")


@pytest.fixture
def integration() -> Integration:
    return an_integration()


@pytest.fixture
def path(integration: Integration) -> str:
    """Where the webhook of `integration` is open."""
    secret = secrets.rotate(integration, by=None, now=timezone.now())
    return f"/hooks/zenvia/{integration.pk}/{secret}/"
