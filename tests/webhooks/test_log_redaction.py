"""No path below /hooks/ is logged, since it holds the secret."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from console.wsgi import application, drop_invalid_content_type
from outbound.webhooks import secrets
from tests.builders import an_integration

SECRET = "s3cr3t-CANARY-in-the-path"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("tail", ["", "/"])
def test_refused_request_does_not_log_the_secret(
    client: Client, caplog: pytest.LogCaptureFixture, method: str, tail: str
) -> None:
    caplog.set_level(logging.DEBUG)

    response = getattr(client, method)(f"/hooks/zenvia/1/{SECRET}{tail}")

    assert response.status_code in (404, 405)
    assert SECRET not in caplog.text
    assert SECRET not in response.content.decode()


def test_error_is_logged_without_the_secret(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = an_integration()
    secret = secrets.rotate(integration, by=None, now=timezone.now())
    monkeypatch.setattr("outbound.webhooks.views.store", lambda *_: 1 / 0)
    caplog.set_level(logging.DEBUG)

    response = client.post(f"/hooks/zenvia/{integration.pk}/{secret}/", b"{}", "application/json")

    assert response.status_code == 503
    assert "ZeroDivisionError" in caplog.text
    assert secret not in caplog.text


@pytest.mark.parametrize("start", ["//hooks", "/Hooks", "/hook", "/console/hooks"])
def test_mistyped_address_does_not_log_the_secret(client: Client, start: str) -> None:
    written = StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)

    client.post(f"{start}/zenvia/12/{SECRET}/")

    logger.removeHandler(handler)
    assert "/zenvia/12/…" in written.getvalue()
    assert SECRET not in written.getvalue()


@pytest.mark.parametrize("kind", ["application/json; charset*=foo'bar'%ff", "a/b; charset*=idna'x'%ff%fe"])
def test_undecodable_content_type_is_dropped(kind: str) -> None:
    environ = RequestFactory().post("/hooks/").environ | {"CONTENT_TYPE": kind}
    read = drop_invalid_content_type(lambda environ, _start: [WSGIRequest(environ).content_type.encode()])

    with pytest.raises(Exception, match="codec|encoding"):
        WSGIRequest(dict(environ))
    assert read(environ, None) == [b""]


def test_application_drops_odd_content_types() -> None:
    assert application.__qualname__.startswith(drop_invalid_content_type.__name__)
