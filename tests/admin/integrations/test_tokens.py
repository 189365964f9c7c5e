"""Tokens are never shown, and are removed when their address changes."""

from __future__ import annotations

import json

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration
from tests.builders import TOKEN, an_integration, an_operator

pytestmark = pytest.mark.django_db

NEW_TOKEN = "tok-FRESH-9876543210-77aa"
PERMISSIONS = ("outbound.view_integration", "outbound.replace_token")
MANAGE = ("outbound.view_integration", "outbound.add_integration", "outbound.change_integration")


def address(integration: Integration, action: str = "token") -> str:
    return reverse(f"admin:outbound_integration_{action}", args=[integration.pk])


def form_of(integration: Integration, **values: str) -> dict[str, str]:
    names = ("name", "slug", "remote_id", "base_url", "number_format", "window_policy", "webhook_addresses")
    return {name: getattr(integration, name) for name in names} | values


def everything_logged() -> str:
    audited = LogEntry.objects.values_list("changes", "object_repr", "additional_data", "serialized_data")
    return json.dumps(
        [list(audited), list(AdminLogEntry.objects.values_list("change_message", "object_repr"))]
    )


def test_new_token_replaces_the_old_one(client: Client) -> None:
    integration, manager = an_integration(), an_operator(*PERMISSIONS)
    client.force_login(manager)

    client.post(address(integration), {"token": NEW_TOKEN})

    integration.refresh_from_db()
    assert integration.token.reveal() == NEW_TOKEN
    assert integration.token_replaced_by == manager


def test_audit_entry_does_not_contain_the_token(client: Client) -> None:
    integration, manager = an_integration(), an_operator(*PERMISSIONS)
    client.force_login(manager)

    client.post(address(integration), {"token": NEW_TOKEN})

    entry = LogEntry.objects.get(additional_data__text="Token replaced")
    assert entry.actor == manager
    assert NEW_TOKEN not in everything_logged()


def test_token_of_new_integration_is_only_in_its_column(client: Client) -> None:
    client.force_login(an_operator(*MANAGE))

    response = client.post(
        reverse("admin:outbound_integration_add"),
        form_of(Integration(name="Support", slug="acme", remote_id="1"), token=NEW_TOKEN),
        follow=True,
    )

    integration = Integration.objects.get()
    assert integration.token.reveal() == NEW_TOKEN
    assert NEW_TOKEN not in response.content.decode()
    assert NEW_TOKEN not in everything_logged()
    assert integration.token.stored not in everything_logged()


@pytest.mark.parametrize("action", ["change", "token", "pause", "history", "delete"])
def test_no_page_shows_the_token(client: Client, admin_user: object, action: str) -> None:
    client.force_login(admin_user)

    page = client.get(address(an_integration(), action)).content.decode()

    assert TOKEN not in page


def test_page_shows_the_end_of_the_token(client: Client) -> None:
    client.force_login(an_operator("outbound.view_integration"))

    page = client.get(address(an_integration(), "change")).content.decode()

    assert "•••• 3f2a" in page


def test_refused_token_is_not_rendered(client: Client) -> None:
    client.force_login(an_operator(*PERMISSIONS))

    response = client.post(address(an_integration()), {"token": "CANARY with spaces"})

    assert response.context["form"].errors.as_data()["token"][0].code == "token_invalid"
    assert "CANARY with spaces" not in response.content.decode()


def test_valid_token_of_refused_form_is_not_rendered(client: Client) -> None:
    client.force_login(an_operator(*MANAGE))

    response = client.post(reverse("admin:outbound_integration_add"), {"name": "", "token": NEW_TOKEN})

    assert response.status_code == 200
    assert NEW_TOKEN not in response.content.decode()


def test_session_and_messages_do_not_contain_the_token(client: Client) -> None:
    client.force_login(an_operator(*PERMISSIONS))

    response = client.post(address(an_integration()), {"token": NEW_TOKEN})

    assert NEW_TOKEN not in str(dict(client.session.items()))
    assert NEW_TOKEN not in "".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize("action", ["token", "add"])
def test_error_reports_hide_the_token(client: Client, admin_user: object, action: str) -> None:
    client.force_login(admin_user)
    place = address(an_integration()) if action == "token" else reverse("admin:outbound_integration_add")

    response = client.post(place, {"token": NEW_TOKEN})

    assert response.wsgi_request.sensitive_post_parameters == ("token",)


def test_stopped_integration_resumes_with_new_token(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.STOPPED, status_reason="Bad token")
    client.force_login(an_operator(*PERMISSIONS, "outbound.pause_integration"))

    client.post(address(integration), {"token": NEW_TOKEN, "resume": "on"})

    integration.refresh_from_db()
    assert integration.is_active


def test_stopped_integration_can_stay_stopped(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.STOPPED, status_reason="Bad token")
    client.force_login(an_operator(*PERMISSIONS, "outbound.pause_integration"))

    client.post(address(integration), {"token": NEW_TOKEN})

    integration.refresh_from_db()
    assert integration.status == IntegrationStatus.STOPPED


def test_resuming_needs_its_permission(client: Client) -> None:
    integration = an_integration(status=IntegrationStatus.STOPPED, status_reason="Bad token")
    client.force_login(an_operator(*PERMISSIONS))

    client.post(address(integration), {"token": NEW_TOKEN, "resume": "on"})

    integration.refresh_from_db()
    assert integration.status == IntegrationStatus.STOPPED


def test_new_address_removes_the_token(client: Client) -> None:
    integration = an_integration()
    client.force_login(an_operator(*MANAGE))

    client.post(address(integration, "change"), form_of(integration, base_url="https://elsewhere.example/x"))

    integration.refresh_from_db()
    assert integration.base_url == "https://elsewhere.example/x"
    assert not integration.token
    assert integration.status == IntegrationStatus.STOPPED
    assert integration.status_reason.startswith("The address changed")


def test_new_address_links_to_the_token_page(client: Client) -> None:
    integration = an_integration()
    client.force_login(an_operator(*MANAGE))

    response = client.post(
        address(integration, "change"),
        form_of(integration, base_url="https://elsewhere.example/x"),
        follow=True,
    )

    assert address(integration) in response.content.decode()


@pytest.mark.parametrize("change", [{"slug": "other"}, {"remote_id": "99"}])
def test_new_part_of_the_address_removes_the_token(client: Client, change: dict[str, str]) -> None:
    integration = an_integration()
    client.force_login(an_operator(*MANAGE))

    client.post(address(integration, "change"), form_of(integration, **change))

    integration.refresh_from_db()
    assert not integration.token
    assert not integration.is_active


@pytest.mark.parametrize("change", [{"number_format": "international"}, {"name": "Other"}])
def test_other_changes_keep_the_token(client: Client, change: dict[str, str]) -> None:
    integration = an_integration()
    client.force_login(an_operator(*MANAGE))

    client.post(address(integration, "change"), form_of(integration, **change))

    integration.refresh_from_db()
    assert integration.token.reveal() == TOKEN
    assert integration.is_active


def test_trailing_slash_is_the_same_address(client: Client) -> None:
    integration = an_integration()
    client.force_login(an_operator(*MANAGE))

    client.post(address(integration, "change"), form_of(integration, base_url=f"{integration.base_url}/"))

    integration.refresh_from_db()
    assert integration.token.reveal() == TOKEN
