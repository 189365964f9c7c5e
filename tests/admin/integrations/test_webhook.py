"""The webhook's page: addresses and header secrets, each shown once."""

from __future__ import annotations

import json
import re

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.test import Client

from outbound.models import Integration, WebhookEvent, WebhookKey
from outbound.webhooks import header_secret
from tests.admin.integrations.webhook_steps import address, ended, made, posted
from tests.builders import an_operator

pytestmark = pytest.mark.django_db


CHANGES = ["webhook_new_secret", "webhook_header", "ask_for_header", "end_old_secret", "end_new_secret"]
HEADERS = ("webhook_header", "webhook_header_next")


def test_new_address_accepts_events(manager: Client, integration: Integration) -> None:
    path = made(manager, integration)

    assert posted(path) == 200
    assert WebhookEvent.objects.get().integration == integration


def test_address_is_shown_once_and_not_stored(
    manager: Client, integration: Integration, capsys: pytest.CaptureFixture[str]
) -> None:
    response = manager.post(address(integration, "webhook_new_secret"))
    secret = re.findall(r"[\w-]{43}", response.content.decode())[-1]

    call_command("dumpdata")
    afterwards = manager.get(address(integration, "webhook")).content.decode()

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert secret not in capsys.readouterr().out
    assert secret not in afterwards
    assert f"…{secret[-4:]}" in afterwards
    assert secret not in json.dumps(list(LogEntry.objects.values("changes", "additional_data")))
    assert LogEntry.objects.filter(additional_data__text="New secret of the webhook").exists()


def test_header_made_since_the_page_was_drawn_is_not_required(
    manager: Client, integration: Integration
) -> None:
    path = made(manager, integration)
    header_secret.make(integration)
    seen = manager.get(address(integration, "ask_for_header")).context["form"].initial["seen"]
    header_secret.make(integration)

    manager.post(address(integration, "ask_for_header"), {"seen": seen})

    assert posted(path) == 200


def test_header_can_be_required_and_removed(manager: Client, integration: Integration) -> None:
    path = made(manager, integration)
    page = manager.post(address(integration, "webhook_header"), {"header": "on"}).content.decode()
    secret = re.findall(r">([\w-]{43})<", page)[0]
    right, wrong = {header_secret.HEADER: secret}, {header_secret.HEADER: "wrong"}
    before = posted(path), posted(path, **right)
    ended(manager, integration, "ask_for_header")
    asked = posted(path), posted(path, **wrong), posted(path, **right)

    manager.post(address(integration, "webhook_header"), {"header": "off"})

    assert (before, asked) == ((200, 200), (404, 404, 200))
    assert posted(path) == 200


@pytest.mark.parametrize("action", CHANGES)
def test_get_changes_nothing(manager: Client, integration: Integration, action: str) -> None:
    made(manager, integration)
    made(manager, integration)
    before = list(WebhookKey.objects.values()), Integration.objects.values(*HEADERS).get()

    manager.get(address(integration, action))

    assert (list(WebhookKey.objects.values()), Integration.objects.values(*HEADERS).get()) == before


@pytest.mark.parametrize("action", CHANGES)
def test_view_permission_changes_nothing(client: Client, integration: Integration, action: str) -> None:
    client.force_login(an_operator("outbound.view_integration"))

    response = client.post(address(integration, action))

    assert response.status_code == 403
    assert not WebhookKey.objects.exists()


def test_page_says_what_is_missing_and_what_to_enter(manager: Client, integration: Integration) -> None:
    manager.cookies["django_language"] = "en"

    page = manager.get(address(integration, "webhook")).content.decode()

    assert "There is no address yet" in page
    assert "MESSAGE_STATUS" in page


def test_page_takes_few_queries(
    manager: Client,
    integration: Integration,
    django_assert_max_num_queries,  # noqa: ANN001
) -> None:
    made(manager, integration)
    made(manager, integration)

    with django_assert_max_num_queries(10):
        manager.get(address(integration, "webhook"))


def test_reload_keeps_the_new_header(manager: Client, integration: Integration) -> None:
    form = {"header": "on", "seen": ""}
    manager.post(address(integration, "webhook_header"), form)
    copied = Integration.objects.get().webhook_header_next

    again = manager.post(address(integration, "webhook_header"), form)

    assert again.url == address(integration, "webhook")
    assert Integration.objects.get().webhook_header_next == copied


def test_page_makes_a_new_header_secret(manager: Client, integration: Integration) -> None:
    manager.post(address(integration, "webhook_header"), {"header": "on"})
    before = Integration.objects.get().webhook_header_next
    seen = manager.get(address(integration, "webhook")).context["header_state"]

    manager.post(address(integration, "webhook_header"), {"header": "on", "seen": seen})

    assert Integration.objects.get().webhook_header_next not in ("", before)


@pytest.mark.parametrize(("ranges", "codes"), [(" ", ["ranges_missing"]), ("10.0.0.0/8", [])])
def test_enforcing_addresses_needs_a_list(
    client: Client, integration: Integration, ranges: str, codes: list[str]
) -> None:
    client.force_login(an_operator("outbound.view_integration", "outbound.change_integration"))
    names = ("name", "slug", "remote_id", "base_url", "number_format", "window_policy")
    form = {name: getattr(integration, name) for name in names}

    response = client.post(
        address(integration, "change"), form | {"webhook_addresses": "enforce", "webhook_ranges": ranges}
    )

    errors = response.context["adminform"].form.errors.as_data() if response.context else {}
    integration.refresh_from_db()
    assert [error.code for error in errors.get("webhook_ranges", [])] == codes
    assert (integration.webhook_addresses == "enforce") == (not codes)
