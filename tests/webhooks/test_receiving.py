"""The webhook answers any request, and stores what it accepts."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from outbound.lifecycle import AddressPolicy
from outbound.models import Integration, WebhookEvent
from outbound.tracking.processor import process_due
from outbound.webhooks import secrets
from outbound.webhooks.views import MAX_BODY_BYTES
from tests.builders import an_integration

pytestmark = pytest.mark.django_db

EVENT = {"status": "sent", "external_id": "somebody"}


def opened(integration: Integration) -> str:
    secret = secrets.rotate(integration, by=None, now=timezone.now())
    return f"/hooks/zenvia/{integration.pk}/{secret}/"


def post(path: str, body: Any = EVENT, **extra: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(path, raw, content_type="application/json", **extra)


def states() -> list[str]:
    process_due(timezone.now() + timedelta(seconds=1))
    return list(WebhookEvent.objects.values_list("state", flat=True))


def test_event_is_stored_byte_for_byte_and_answered_empty(path: str) -> None:
    body = b' {"status": "sent",  "external_id": "somebody"} '

    response = post(path, body)

    assert (response.status_code, response.content, response["Content-Length"]) == (200, b"", "0")
    assert bytes(WebhookEvent.objects.get().body) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"3",
        b"<html><body>Bad Gateway</body></html>",
        b"{broken",
        b"[" * 60_000,
        b'{"status": NaN, "external_id": "a"}',
        b'{"status": 1e400, "external_id": "a"}',
        b'{"status": %s}' % (b"1" * 5_000),
        b"\xff\xfe\x00",
        b"\x1f\x8b\x08\x00gzip",
    ],
)
def test_unreadable_body_is_stored(path: str, body: bytes) -> None:
    response = post(path, body)

    assert response.status_code == 200
    assert states() == ["unreadable"]


@pytest.mark.parametrize(
    "external_id",
    ["x" * 10_000, "'; DROP TABLE outbound_message; --", "nul\u0000nul", "\ud800", '"', 218, "%s", "=1+1"],
)
def test_odd_id_is_no_error(path: str, external_id: Any) -> None:
    response = post(path, {"status": "sent", "external_id": external_id})

    assert response.status_code == 200
    assert states() == ["waiting"]


@pytest.mark.parametrize("at", ["2099-01-01", "0", 0, None, "31/02/2026", "0001-01-01T00:00:00+14:00", 1e18])
def test_odd_time_is_no_error(path: str, at: Any) -> None:
    response = post(path, EVENT | {"timestamp": at})

    assert response.status_code == 200
    assert states() == ["waiting"]


def test_last_of_repeated_keys_counts(path: str) -> None:
    post(path, b'{"status": "sent", "status": "read", "external_id": "somebody"}')

    assert states() == ["waiting"]
    assert WebhookEvent.objects.get().word == "read"


def test_body_over_the_limit_is_refused(path: str) -> None:
    answers = [post(path, b"x" * length).status_code for length in (MAX_BODY_BYTES, MAX_BODY_BYTES + 1)]

    assert answers == [200, 413]
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("told", ["10", str(10**9), "", "-1", "nonsense", "9" * 5_000])
def test_false_content_length_is_no_error(path: str, told: str) -> None:
    response = post(path, CONTENT_LENGTH=told)

    assert response.status_code in (200, 413)


@pytest.mark.parametrize("method", ["get", "put", "head", "options", "delete", "patch"])
def test_other_methods_are_refused(path: str, method: str) -> None:
    response = getattr(Client(), method)(path)

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("change", ["secret", "integration", "slash", "nobody", "short"])
def test_wrong_address_is_not_found(integration: Integration, path: str, change: str) -> None:
    secret = path.split("/")[-2]
    other = opened(an_integration())
    addresses = {
        "secret": f"/hooks/zenvia/{integration.pk}/{'x' * 43}/",
        "integration": f"/hooks/zenvia/{other.split('/')[3]}/{secret}/",
        "slash": path.rstrip("/"),
        "nobody": f"/hooks/zenvia/{10**17}/{secret}/",
        "short": f"/hooks/zenvia/{integration.pk}//",
    }

    response = post(addresses[change])

    assert (response.status_code, response.content) == (404, b"")
    assert not WebhookEvent.objects.exists()


def test_old_secret_works_until_the_overlap_ends(
    integration: Integration,
    time_machine: Any,
) -> None:
    old, new = opened(integration), opened(integration)
    both = post(old).status_code, post(new).status_code
    time_machine.move_to(timezone.now() + secrets.OVERLAP + timedelta(minutes=1))

    later = post(old).status_code, post(new).status_code

    assert (both, later) == ((200, 200), (404, 200))


@pytest.mark.parametrize(
    ("policy", "address", "status", "is_foreign"),
    [
        (AddressPolicy.OFF, "10.1.2.3", 200, False),
        (AddressPolicy.LOG, "10.1.2.3", 200, True),
        (AddressPolicy.LOG, "45.233.20.9", 200, False),
        (AddressPolicy.ENFORCE, "10.1.2.3", 404, None),
        (AddressPolicy.ENFORCE, "45.233.23.255", 200, False),
        (AddressPolicy.ENFORCE, "::ffff:45.233.23.255", 200, False),
        (AddressPolicy.ENFORCE, "nonsense", 404, None),
    ],
)
def test_sender_address_is_checked_by_policy(
    integration: Integration, policy: AddressPolicy, address: str, status: int, is_foreign: bool | None
) -> None:
    Integration.objects.update(webhook_addresses=policy)

    response = post(opened(integration), REMOTE_ADDR=address)

    assert response.status_code == status
    assert list(WebhookEvent.objects.values_list("is_foreign", flat=True)) == (
        [] if is_foreign is None else [is_foreign]
    )


@pytest.mark.parametrize("hop", ["45.233.20.9", "45.233.20.9:5678", '"45.233.20.9:5678"'])
@pytest.mark.parametrize(("trusted", "seen"), [(None, "127.0.0.1"), (("X", "https"), "45.233.20.9")])
def test_forwarded_address_needs_a_trusted_proxy(
    path: str,
    settings: Any,
    trusted: Any,
    seen: str,
    hop: str,
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = trusted

    post(path, HTTP_X_FORWARDED_FOR=f"1.2.3.4, {hop}")

    assert WebhookEvent.objects.get().address == seen


def test_exact_copy_is_answered_like_the_first(path: str) -> None:
    answers = [post(path).status_code for _time in range(3)]

    assert answers == [200, 200, 200]
    assert WebhookEvent.objects.get().copies == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks no whole database")
@pytest.mark.django_db(transaction=True)
def test_locked_database_is_answered_with_503_in_time(integration: Integration) -> None:
    path = opened(integration)
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()

        response = post(path)

        seconds = time.monotonic() - started
        other.execute("ROLLBACK")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert seconds < 3
    assert post(path).status_code == 200
