"""No error report contains the passwords of Redis or of the database."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import redis
from django.conf import LazySettings
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from console.security import url_passwords
from tests.installation import free_port

WRITTEN, PASSWORD = "canary%40of%23redis", "canary@of#redis"


@pytest.fixture(
    params=["redis://:{password}@127.0.0.1:{port}/0", "redis://127.0.0.1:{port}/0?password={password}"]
)
def address(request: pytest.FixtureRequest, settings: LazySettings) -> str:
    url = request.param.format(password=WRITTEN, port=free_port())
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"redis": url}
    return url


def report(address: str, *, as_html: bool) -> str:
    """Return the report of a call to a Redis that is not there, with all that a development server tells."""
    request = RequestFactory().get("/", REDIS_URL=address)
    kept: dict[str, Any] = {"address": address, "nested": [{"deep": address}]}
    try:
        redis.from_url(address).ping()
    except redis.ConnectionError:
        reporter = ExceptionReporter(request, *sys.exc_info(), is_email=not as_html)
    assert kept
    return reporter.get_traceback_html() if as_html else reporter.get_traceback_text()


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("as_html", [True, False])
def test_no_report_shows_the_redis_password(
    address: str, settings: LazySettings, debug: bool, as_html: bool
) -> None:
    settings.DEBUG = debug

    told = report(address, as_html=as_html)

    assert "Q_CLUSTER" in told
    assert "ConnectionError" in told
    assert (WRITTEN in told, PASSWORD in told) == (False, False)


def test_only_the_password_of_an_address_is_hidden() -> None:
    hidden = url_passwords.mask(
        "postgres://console:s3cret@db.example.com/console and redis://:s3cret@r:6379/0?x=1"
    )

    assert hidden == (
        f"postgres://console:{url_passwords.MASKED}@db.example.com/console "
        f"and redis://:{url_passwords.MASKED}@r:6379/0?x=1"
    )


@pytest.mark.parametrize(
    "text", ["https://a.example/b:c@d", "mail@example.com", "12:30 @ home", "a://b:80/c"]
)
def test_text_without_a_password_is_unchanged(text: str) -> None:
    assert url_passwords.mask(text) == text
