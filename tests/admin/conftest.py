"""Fixtures of tests about the webhook of an integration."""

from __future__ import annotations

import pytest
from django.test import Client

from outbound.models import Integration
from tests.builders import an_integration, an_operator

MAY = ("outbound.view_integration", "outbound.rotate_webhook")


@pytest.fixture
def integration() -> Integration:
    return an_integration()


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(an_operator(*MAY, username="ana"))
    return client
