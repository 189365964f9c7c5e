"""The secret of a webhook stands in its path, and so no path below /hooks/ is ever logged."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from django.utils import timezone

from outbound.tracking import keys
from tests.builders import an_integration

SECRET = "s3cr3t-CANARY-in-the-path"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("tail", ["", "/"])
def test_what_is_turned_away_leaves_no_trace_of_its_secret(
    client: Client, caplog: pytest.LogCaptureFixture, method: str, tail: str
) -> None:
    caplog.set_level(logging.DEBUG)

    response = getattr(client, method)(f"/hooks/zenvia/1/{SECRET}{tail}")

    assert response.status_code in (404, 405)
    assert SECRET not in caplog.text
    assert SECRET not in response.content.decode()


def test_a_fault_of_ours_is_logged_without_the_secret(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = an_integration()
    secret = keys.rotate(integration, by=None, now=timezone.now())
    monkeypatch.setattr("outbound.webhooks.desk.store", lambda *_: 1 / 0)
    caplog.set_level(logging.DEBUG)

    response = client.post(f"/hooks/zenvia/{integration.pk}/{secret}/", b"{}", "application/json")

    assert response.status_code == 503
    assert "ZeroDivisionError" in caplog.text
    assert secret not in caplog.text
