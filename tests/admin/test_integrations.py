"""Integrations: who may see and change them, what the form refuses, and pausing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration
from tests.builders import TOKEN, a_message, an_integration, an_operator

pytestmark = pytest.mark.django_db

ADD = "/admin/outbound/integration/add/"
MANAGE = ("outbound.view_integration", "outbound.add_integration", "outbound.change_integration")
PAUSE = ("outbound.view_integration", "outbound.pause_integration")


def filled_in(**values: str) -> dict[str, str]:
    return {
        "name": "Support",
        "slug": "acme",
        "remote_id": "42",
        "base_url": "https://outbound.ms.altubots.com/zenvia",
        "number_format": "national",
        "token": TOKEN,
    } | values


def address(integration: Integration, action: str = "change") -> str:
    return reverse(f"admin:outbound_integration_{action}", args=[integration.pk])


def test_a_manager_adds_an_integration(client: Client) -> None:
    manager = an_operator(*MANAGE)
    client.force_login(manager)

    client.post(ADD, filled_in())

    integration = Integration.objects.get()
    assert integration.token.reveal() == TOKEN
    assert integration.token_replaced_by == manager


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("base_url", "http://outbound.ms.altubots.com/zenvia", "https_required"),
        ("base_url", "ftp://outbound.ms.altubots.com", "https_required"),
        ("base_url", "https://", "path_invalid"),
        ("base_url", "https://a b.example/x", "path_invalid"),
        ("base_url", "https://user:secret@host.example/x", "path_invalid"),
        ("base_url", "https://host.example/../x", "path_invalid"),
        ("base_url", "https://host.example:99999/x", "path_invalid"),
        ("slug", "a/b", "path_invalid"),
        ("slug", "..", "path_invalid"),
        ("remote_id", "42?x=1", "path_invalid"),
        ("token", "one\ntwo", "token_invalid"),
        ("token", "x" * 5000, "token_invalid"),
        ("token", "tökën-with-accents", "token_invalid"),
        ("token", "", "required"),
    ],
)
def test_the_form_refuses(client: Client, field: str, value: str, code: str) -> None:
    client.force_login(an_operator(*MANAGE))

    response = client.post(ADD, filled_in(**{field: value}))

    errors = response.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors[field]] == [code]
    assert not Integration.objects.exists()


def test_http_is_fine_on_this_machine(client: Client) -> None:
    client.force_login(an_operator(*MANAGE))

    client.post(ADD, filled_in(base_url="http://127.0.0.1:8001/zenvia"))

    assert Integration.objects.get().base_url == "http://127.0.0.1:8001/zenvia"


@pytest.mark.parametrize(
    "pasted",
    [
        {"slug": "https://gateway.example/zenvia/acme/42", "remote_id": ""},
        {"slug": "", "remote_id": "https://gateway.example/zenvia/acme/42/"},
        {"slug": "", "remote_id": "", "base_url": "https://gateway.example/zenvia/acme/42"},
        {"base_url": "https://gateway.example/zenvia/acme/42"},
    ],
)
def test_a_whole_endpoint_may_be_pasted(client: Client, pasted: dict[str, str]) -> None:
    client.force_login(an_operator(*MANAGE))

    client.post(ADD, filled_in(**pasted))

    assert Integration.objects.get().address == "https://gateway.example/zenvia/acme/42"


def test_the_list_shows_the_state_in_words(client: Client) -> None:
    an_integration(status=IntegrationStatus.STOPPED)
    client.force_login(an_operator("outbound.view_integration"))

    response = client.get("/admin/outbound/integration/", headers={"accept-language": "en"})

    assert "Stopped" in response.content.decode()


def test_editing_writes_only_what_was_edited(client: Client) -> None:
    integration = an_integration(name="Support")
    client.force_login(an_operator(*MANAGE))

    client.post(
        address(integration), filled_in(remote_id=integration.remote_id, number_format="international")
    )

    integration.refresh_from_db()
    assert integration.number_format == "international"
    assert integration.token.reveal() == TOKEN
    assert integration.is_active


@pytest.mark.parametrize("action", ["pause", "resume", "token"])
def test_strangers_are_sent_to_the_login(client: Client, action: str) -> None:
    response = client.post(address(an_integration(), action))

    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


@pytest.mark.parametrize("action", ["pause", "resume", "token"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_are_refused(client: Client, action: str, method: str) -> None:
    client.force_login(an_operator(*MANAGE))

    response = getattr(client, method)(address(an_integration(), action))

    assert response.status_code == 403


def test_an_unused_integration_may_be_deleted(client: Client) -> None:
    integration = an_integration()
    client.force_login(an_operator("outbound.view_integration", "outbound.delete_integration"))

    client.post(address(integration, "delete"), {"post": "yes"})

    assert not Integration.objects.exists()


def test_a_used_integration_may_not_be_deleted(client: Client) -> None:
    integration = a_message().integration
    client.force_login(an_operator("outbound.view_integration", "outbound.delete_integration"))

    response = client.post(address(integration, "delete"), {"post": "yes"})

    assert response.status_code == 403


def test_an_integration_that_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(an_operator(*PAUSE))

    response = client.get(f"/admin/outbound/integration/{10**30}/pause/")

    assert response.status_code == 404
