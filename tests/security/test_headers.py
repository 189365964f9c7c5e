"""Every response carries the security headers, also those of middleware and errors."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.security import headers
from outbound.webhooks import secrets
from outbound.webhooks.views import MAX_BODY_BYTES
from tests.builders import an_integration

pytestmark = pytest.mark.django_db
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains; preload"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def production(settings: LazySettings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def path() -> str:
    integration = an_integration()
    secret = secrets.rotate(integration, by=None, now=timezone.now())
    return f"/hooks/zenvia/{integration.pk}/{secret}/"


def assert_guarded(response: HttpResponse) -> None:
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def broken(*_args: Any, **_kwargs: Any) -> None:
    raise OperationalError("away")


def post(client: Client, path: str, body: bytes = b"{}", **more: Any) -> Any:
    return client.post(path, body, "application/json", **more)


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("is_secure", [True, False])
@pytest.mark.parametrize(
    ("method", "address", "host", "status"),
    [
        ("post", "/hooks/nothing", "testserver", 404),
        ("get", "/hooks/zenvia/1/abc/", "testserver", 405),
        ("post", "/hooks/zenvia/1/abc/", "10.0.0.7", 404),
        ("get", "/healthz", "10.0.0.7", 200),
        ("post", "/healthz", "10.0.0.7", 405),
        ("get", "/admin/login/", "testserver", 200),
        ("get", "/admin/", "testserver", 302),
        ("get", "/nothing/", "testserver", 404),
        ("get", "/static/nothing.css", "testserver", 404),
        ("get", "/static/outbound/console.css", "testserver", 200),
        ("get", "/static/outbound/favicon.svg", "testserver", 200),
        ("get", "/admin/login/", "foreign.example", 400),
        ("post", "/admin/login/", "a_b c", 400),
    ],
)
def test_every_response_has_the_security_headers(
    client: Client, method: str, address: str, host: str, status: int, is_secure: bool
) -> None:
    response = getattr(client, method)(address, headers={"host": host}, secure=is_secure)

    # Only over https, and a plain page is sent there first.
    assert response.status_code == status if is_secure else response.status_code in (status, 301)
    assert_guarded(response)
    assert response.headers.get("Strict-Transport-Security") == (HSTS if is_secure else None)


def test_response_to_a_stored_event_has_the_headers(client: Client, path: str) -> None:
    response = post(client, path)

    assert response.status_code == 200
    assert_guarded(response)


def test_response_to_a_too_long_event_has_the_headers(client: Client, path: str) -> None:
    response = post(client, path, b"x" * (MAX_BODY_BYTES + 1))

    assert response.status_code == 413
    assert_guarded(response)


def test_response_to_an_unstored_event_has_the_headers(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbound.webhooks.views.store", broken)

    response = post(client, path)

    assert response.status_code == 503
    assert_guarded(response)


def test_response_without_database_has_the_headers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.sending.heartbeat.missing", broken)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert_guarded(response)


@pytest.mark.parametrize(
    "where", ["outbound.sending.heartbeat.missing", "outbound.webhooks.middleware.receive"]
)
def test_response_to_an_exception_has_the_headers(
    client: Client, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(where, lambda *_: 1 / 0)

    response = client.get("/healthz" if "heartbeat" in where else "/hooks/")

    assert response.status_code == 500
    assert_guarded(response)


def test_page_keeps_its_own_policy(client: Client) -> None:
    response = client.get("/admin/login/")

    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert response["Content-Security-Policy"] != headers.POLICY


def test_https_is_not_demanded_where_it_is_not_served(client: Client) -> None:
    response = client.get("/healthz", secure=True)

    assert "Strict-Transport-Security" not in response
