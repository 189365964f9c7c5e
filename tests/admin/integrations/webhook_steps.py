"""Steps of a person on the webhook's pages."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from outbound.models import Integration


def address(integration: Integration, action: str) -> str:
    return reverse(f"admin:outbound_integration_{action}", args=[integration.pk])


def made(client: Client, integration: Integration) -> str:
    """Make an address on its page and return its path."""
    form = {"seen": client.get(address(integration, "webhook")).context["newest_key_id"]}
    page = client.post(address(integration, "webhook_new_secret"), form).content.decode()
    found = re.search(r"http://testserver(/hooks/zenvia/\d+/[\w-]{43}/)", page)
    assert found
    return found[1]


def ended(client: Client, integration: Integration, action: str) -> Any:
    """End an address on its confirmation page."""
    page = client.get(address(integration, action))
    return client.post(address(integration, action), {"seen": page.context["form"].initial["seen"]})


def posted(path: str, **headers: str) -> int:
    return Client().post(path, b"{}", content_type="application/json", headers=headers).status_code
