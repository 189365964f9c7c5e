"""What could be a secret is cut out of every line, record and report, and nothing else is."""

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

from console.security.error_reports import QuietReporter
from console.security.log_redaction import QuietRecord, cut
from tests.security.addresses import ADDRESSES, forms, told


@given(
    st.integers(0, 2**64),
    st.sampled_from(ADDRESSES),
    st.sampled_from(
        ["{0}", "Not Found: {0}", '"POST {0} HTTP/1.1" 404 9', "a/{0}?b={0}#c", "KeyError: '{0}'"]
    ),
)
def test_no_secret_stays_in_a_line(seed: int, address: str, line: str) -> None:
    secret = urlsafe_b64encode(Random(seed).randbytes(32)).rstrip(b"=").decode()  # as keys.rotate makes it

    said = cut(line.format(address.format(**forms(secret))))

    assert told(secret, said) == []


@pytest.mark.parametrize(
    "line",
    [
        'File "/srv/console/outbound/webhooks/views.py", line 44, in receive',
        "UNIQUE constraint failed: outbound_message.external_id",
        'violates constraint "outbound_message_campaign_id_1234abcd_fk_outbound_campaign_id"',
        "in test_what_is_turned_away_leaves_no_trace_of_its_secret",
        '"POST /zenvia/demo/1 HTTP/1.1" 200 None',
        "message 0b8b9e0e-7c41-4f5e-9a3c-0a4b1f6f2d11 was accepted",
        "-" * 60,
        "http://127.0.0.1:8000/admin/outbound/message/?q=100%",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert cut(line) == line


@pytest.mark.parametrize(
    "piece", ["%41", "/hooks", "zenvia/1/", "hooks/", "://", "://a:", "abcdefab_", "%2f"]
)
def test_a_long_line_takes_no_long_time(piece: str) -> None:
    started = time.monotonic()

    cut(piece * 100_000)

    assert time.monotonic() - started < 5


def record(message: str, *arguments: object, **more: object) -> QuietRecord:
    return QuietRecord("name", logging.INFO, "file.py", 1, message, arguments, more.get("exc_info"))


def test_a_record_that_cannot_be_formatted_tells_nothing_either() -> None:
    secret = secrets.token_urlsafe(32)

    made = record("%d at %s", "not a number", f"/hook/zenvia/1/{secret}/")

    assert told(secret, f"{made.msg} {made.args}") == []


def test_an_exception_that_tells_the_secret_is_cut() -> None:
    secret = secrets.token_urlsafe(32)
    error = ValueError(f"no such address: /hook/{secret}")

    made = record("It failed", exc_info=(ValueError, error, None))

    assert told(secret, logging.Formatter().format(made)) == []
    assert "ValueError: no such address" in logging.Formatter().format(made)


def test_every_logger_of_this_process_makes_such_records() -> None:
    assert logging.getLogRecordFactory() is QuietRecord


def test_an_error_report_names_neither_the_secret_nor_the_password_of_a_service() -> None:
    secret = secrets.token_urlsafe(32)
    request = RequestFactory().post(
        f"/hook/zenvia/1/{secret}/?a={secret}",
        HTTP_REFERER=f"http://x/hooks/{secret}",
        RAW_URI=quote(f"/hook/{secret}"),
        DATABASE_URL="postgres://console:pass-word-of-it@db.example.com/console",
    )
    report = QuietReporter(request, ValueError, ValueError(secret), None)

    text = report.get_traceback_text() + report.get_traceback_html()

    assert "db.example.com" in text
    assert "pass-word-of-it" not in text
    assert told(secret, text) == []
