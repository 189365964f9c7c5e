"""The list and the form of integrations: permissions, validation and limits."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration, Throttle
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
        **{"webhook_addresses": "log", "window_policy": "ask"},
        "token": TOKEN,
    } | values


def address(integration: Integration, action: str = "change") -> str:
    return reverse(f"admin:outbound_integration_{action}", args=[integration.pk])


def test_manager_adds_integration(client: Client) -> None:
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
def test_form_refuses_invalid_values(client: Client, field: str, value: str, code: str) -> None:
    client.force_login(an_operator(*MANAGE))

    response = client.post(ADD, filled_in(**{field: value}))

    errors = response.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors[field]] == [code]
    assert not Integration.objects.exists()


def test_http_is_allowed_on_localhost(client: Client) -> None:
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
def test_complete_endpoint_can_be_pasted(client: Client, pasted: dict[str, str]) -> None:
    client.force_login(an_operator(*MANAGE))

    client.post(ADD, filled_in(**pasted))

    assert Integration.objects.get().address == "https://gateway.example/zenvia/acme/42"


def test_list_shows_the_state(client: Client) -> None:
    an_integration(status=IntegrationStatus.STOPPED)
    client.force_login(an_operator("outbound.view_integration"))

    response = client.get("/admin/outbound/integration/", headers={"accept-language": "en"})

    assert "Stopped" in response.content.decode()


def test_edit_saves_only_changed_fields(client: Client) -> None:
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
def test_anonymous_is_sent_to_login(client: Client, action: str) -> None:
    response = client.post(address(an_integration(), action))

    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


@pytest.mark.parametrize("action", ["pause", "resume", "token"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_permission_is_refused(client: Client, action: str, method: str) -> None:
    client.force_login(an_operator(*MANAGE))

    response = getattr(client, method)(address(an_integration(), action))

    assert response.status_code == 403


def test_unused_integration_can_be_deleted(client: Client) -> None:
    integration = an_integration()
    client.force_login(an_operator("outbound.view_integration", "outbound.delete_integration"))

    client.post(address(integration, "delete"), {"post": "yes"})

    assert not Integration.objects.exists()


def test_used_integration_cannot_be_deleted(client: Client) -> None:
    integration = a_message().integration
    client.force_login(an_operator("outbound.view_integration", "outbound.delete_integration"))

    response = client.post(address(integration, "delete"), {"post": "yes"})

    assert response.status_code == 403


def test_unknown_integration_is_not_found(client: Client) -> None:
    client.force_login(an_operator(*PAUSE))

    response = client.get(f"/admin/outbound/integration/{10**30}/pause/")

    assert response.status_code == 404


def test_rate_limits_and_hours_are_stored(client: Client) -> None:
    integration = an_integration(name="Support")
    client.force_login(an_operator(*MANAGE))

    client.post(
        address(integration),
        filled_in(
            remote_id=integration.remote_id,
            per_second="20",
            per_day="1000",
            opens_at="08:00",
            closes_at="18:30",
            server_errors_mean_not_sent="on",
        ),
    )

    integration.refresh_from_db()
    assert (integration.per_second, integration.per_day) == (20, 1000)
    assert (integration.opens_at, integration.closes_at) == (time(8), time(18, 30))
    assert integration.server_errors_mean_not_sent


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"per_second": "0"}, "per_second", "min_value"),
        ({"per_second": "40000"}, "per_second", "max_value"),
        ({"per_second": "many"}, "per_second", "invalid"),
        ({"per_day": "0"}, "per_day", "min_value"),
        ({"per_day": "9" * 30}, "per_day", "max_value"),
        ({"per_day": "-5"}, "per_day", "min_value"),
        ({"opens_at": "08:00"}, "closes_at", "hours_incomplete"),
        ({"closes_at": "18:00"}, "opens_at", "hours_incomplete"),
        ({"opens_at": "08:00", "closes_at": "08:00"}, "closes_at", "hours_equal"),
        ({"opens_at": "25:00", "closes_at": "08:00"}, "opens_at", "invalid"),
    ],
)
def test_form_refuses_invalid_limits(client: Client, values: dict[str, str], field: str, code: str) -> None:
    client.force_login(an_operator(*MANAGE))

    response = client.post(ADD, filled_in(**values))

    errors = response.context["adminform"].form.errors.as_data()
    assert {name: [error.code for error in found] for name, found in errors.items()} == {field: [code]}
    assert not Integration.objects.exists()


@pytest.mark.skipif(not Conf.ORM, reason="the wake-up is a row with the ORM broker alone")
def test_new_rate_limit_wakes_the_sender(client: Client) -> None:
    integration = an_integration(name="Support")
    client.force_login(an_operator(*MANAGE))

    client.post(address(integration), filled_in(remote_id=integration.remote_id, per_second="20"))

    assert OrmQ.objects.count() == 1


def test_card_shows_rate_limits_hours_and_use_of_the_day(client: Client) -> None:
    integration = an_integration(per_second=20, per_day=1000, opens_at=time(20), closes_at=time(6))
    Throttle.objects.create(integration=integration, day=timezone.localdate(), used=120)
    client.force_login(an_operator(*MANAGE))

    page = client.get(address(integration), headers={"accept-language": "en"}).content.decode()

    assert "At most 20 messages per second" in page
    assert "From 20:00 until 06:00 of the next day" in page
    assert "120 of 1,000 messages sent" in page


def test_card_says_that_there_are_no_limits(client: Client) -> None:
    client.force_login(an_operator(*MANAGE))

    page = client.get(address(an_integration()), headers={"accept-language": "en"}).content.decode()

    assert "As fast as the senders can" in page
    assert "At any hour" in page
