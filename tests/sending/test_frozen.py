"""What was sent is shown as it was sent, and what is claimed is of one piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from outbound.models import Integration, Message
from outbound.sending.engine import claim as claim_module
from tests.builders import TOKEN, a_template, an_operator
from tests.sending.steps import a_launched, claimed

pytestmark = pytest.mark.django_db


def test_the_history_shows_the_templates_text_of_that_day(client: Client) -> None:
    template = a_template(body="The old words.")
    a_launched(template=template)
    template.body = "The new words."
    template.save()
    client.force_login(an_operator("outbound.view_message"))

    page = client.get(f"/admin/outbound/message/{Message.objects.get().pk}/change/").content.decode()

    assert "The old words." in page
    assert "The new words." not in page


def test_a_token_never_travels_to_an_address_that_came_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    a_launched()
    read: Callable[..., Any] = claim_module._credentials

    def moved_meanwhile(*args: Any) -> Any:
        credentials = read(*args)
        Integration.objects.update(base_url="https://elsewhere.example", token="")
        return credentials

    monkeypatch.setattr(claim_module, "_credentials", moved_meanwhile)
    (one,) = claimed()

    assert one.outgoing.token == TOKEN
    assert not one.outgoing.address.startswith("https://elsewhere.example")
