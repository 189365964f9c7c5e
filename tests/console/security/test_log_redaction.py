"""Secrets are removed from every log line, record and error report."""

from __future__ import annotations

import logging
import secrets
import time
from base64 import urlsafe_b64encode
from random import Random
from urllib.parse import quote

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from console.security.error_reports import RedactingReporter
from console.security.log_redaction import RedactedRecord, redact
from tests.security.addresses import ADDRESSES, forms, told


@given(
    st.integers(0, 2**64),
    st.sampled_from(ADDRESSES),
    st.sampled_from(
        ["{0}", "Not Found: {0}", '"POST {0} HTTP/1.1" 404 9', "a/{0}?b={0}#c", "KeyError: '{0}'"]
    ),
)
def test_secret_is_removed_from_a_line(seed: int, address: str, line: str) -> None:
    secret = urlsafe_b64encode(Random(seed).randbytes(32)).rstrip(b"=").decode()  # as keys.rotate makes it

    said = redact(line.format(address.format(**forms(secret))))

    assert told(secret, said) == []


@pytest.mark.parametrize(
    "line",
    [
        'File "/srv/console/outbound/webhooks/views.py", line 44, in receive',
        "UNIQUE constraint failed: outbound_message.external_id",
        'violates constraint "outbound_message_campaign_id_1234abcd_fk_outbound_campaign_id"',
        "in test_refused_request_does_not_log_the_secret",
        '"POST /zenvia/demo/1 HTTP/1.1" 200 None',
        "message 0b8b9e0e-7c41-4f5e-9a3c-0a4b1f6f2d11 was accepted",
        "-" * 60,
        "http://127.0.0.1:8000/admin/outbound/message/?q=100%",
    ],
)
def test_other_text_is_kept(line: str) -> None:
    assert redact(line) == line


@pytest.mark.parametrize(
    "piece", ["%41", "/hooks", "zenvia/1/", "hooks/", "://", "://a:", "abcdefab_", "%2f"]
)
def test_long_line_is_redacted_quickly(piece: str) -> None:
    started = time.monotonic()

    redact(piece * 100_000)

    assert time.monotonic() - started < 5


def record(message: str, *arguments: object, **more: object) -> RedactedRecord:
    return RedactedRecord("name", logging.INFO, "file.py", 1, message, arguments, more.get("exc_info"))


def test_record_with_a_wrong_format_is_redacted() -> None:
    secret = secrets.token_urlsafe(32)

    made = record("%d at %s", "not a number", f"/hook/zenvia/1/{secret}/")

    assert told(secret, f"{made.msg} {made.args}") == []


def test_exception_with_the_secret_is_redacted() -> None:
    secret = secrets.token_urlsafe(32)
    error = ValueError(f"no such address: /hook/{secret}")

    made = record("It failed", exc_info=(ValueError, error, None))

    assert told(secret, logging.Formatter().format(made)) == []
    assert "ValueError: no such address" in logging.Formatter().format(made)


def test_every_logger_makes_redacted_records() -> None:
    assert logging.getLogRecordFactory() is RedactedRecord


def test_error_report_has_neither_secret_nor_service_password() -> None:
    secret = secrets.token_urlsafe(32)
    request = RequestFactory().post(
        f"/hook/zenvia/1/{secret}/?a={secret}",
        HTTP_REFERER=f"http://x/hooks/{secret}",
        RAW_URI=quote(f"/hook/{secret}"),
        DATABASE_URL="postgres://console:pass-word-of-it@db.example.com/console",
    )
    report = RedactingReporter(request, ValueError, ValueError(secret), None)

    text = report.get_traceback_text() + report.get_traceback_html()

    assert "db.example.com" in text
    assert "pass-word-of-it" not in text
    assert told(secret, text) == []
