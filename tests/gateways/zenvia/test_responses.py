"""Each HTTP response has one result."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from outbound.gateways.base import (
    LONGEST_ASKED_WAIT,
    MAX_ANSWER_LENGTH,
    SHORTEST_ASKED_WAIT,
    USUAL_ASKED_WAIT,
    Ambiguous,
    GatewayError,
    NotSent,
    Refused,
    Throttled,
)
from outbound.gateways.zenvia.responses import (
    BAD_ADDRESS,
    BAD_TOKEN,
    FOREIGN_ANSWER,
    REDIRECTED,
    UNPAID,
    read,
)

OK = b'{"status": "pending", "external_id": "c-1", "message_id": 218, "contact_id": 874}'
NOW = datetime(2026, 10, 21, 7, 0, tzinfo=UTC)
ERROR = b'{"code": "VALIDATION_ERROR", "message": "Validation error"}'


def failed(
    status: int, body: bytes | None = ERROR, retry_after: str | None = None, *, switch: bool = False
) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        read(status, retry_after, body, "c-1", now=NOW, server_errors_mean_not_sent=switch)
    return raised.value


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_success_with_our_id_and_known_status_is_accepted(status: int) -> None:
    accepted = read(status, None, OK, "c-1", now=NOW)

    assert (accepted.status, accepted.message_id, accepted.contact_id) == ("pending", "218", "874")
    assert (accepted.http_status, accepted.answer) == (status, OK.decode())


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "pending"},
        {"status": "queued", "external_id": None},
        {"status": "accepted", "external_id": "c-1", "message_id": "a-string", "more": [1]},
        {"status": "sent", "message_id": None, "contact_id": True},
    ],
)
def test_accepted_response_may_lack_ids_and_have_other_keys(answer: dict[str, object]) -> None:
    assert read(200, None, json.dumps(answer).encode(), "c-1", now=NOW).status == answer["status"]


@pytest.mark.parametrize(
    ("identifier", "kept"),
    [
        (218, "218"),
        ("abc", "abc"),
        ("x" * 100, "x" * 64),
        (True, ""),
        (None, ""),
        (1.5, ""),
        ([1], ""),
        ("\ud800", ""),
        ("a\x00b", ""),
    ],
)
def test_id_is_kept_as_text(identifier: object, kept: str) -> None:
    body = json.dumps({"status": "pending", "message_id": identifier, "contact_id": identifier})

    accepted = read(200, None, body.encode(), "c-1", now=NOW)

    assert (accepted.message_id, accepted.contact_id) == (kept, kept)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        None,  # longer than we read
        b"<html><body>OK</body></html>",
        OK[:-20],
        b"[]",
        b'"pending"',
        b"null",
        b"{}",
        b'{"status": "pondering", "external_id": "c-1"}',
        b'{"status": null}',
        b'{"status": ["pending"]}',
        b'{"status": {"word": "pending"}}',
        b'{"code": "INTERNAL_ERROR", "message": "x"}',
        b'{"status": "pending", "cost": NaN}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"status": "pending", "message_id": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body)[:30],
)
def test_success_with_unknown_body_is_ambiguous(body: bytes | None) -> None:
    error = failed(200, body)

    assert (type(error), error.stops) == (Ambiguous, "")


@pytest.mark.parametrize("external_id", ["another", "", 7, ["c-1"]])
def test_success_for_another_message_is_ambiguous_and_stops(external_id: object) -> None:
    error = failed(200, json.dumps({"status": "pending", "external_id": external_id}).encode())

    assert (type(error), error.stops) == (Ambiguous, FOREIGN_ANSWER)


@pytest.mark.parametrize(
    ("status", "kind", "stops"),
    [
        (301, Ambiguous, REDIRECTED),
        (302, Ambiguous, REDIRECTED),
        (303, Ambiguous, REDIRECTED),
        (304, Ambiguous, REDIRECTED),
        (307, NotSent, REDIRECTED),
        (308, NotSent, REDIRECTED),
        (400, Refused, ""),
        (413, Refused, ""),
        (414, Refused, ""),
        (415, Refused, ""),
        (422, Refused, ""),
        (418, Refused, ""),
        (401, NotSent, BAD_TOKEN),
        (402, NotSent, UNPAID),
        (403, NotSent, BAD_TOKEN),
        (404, NotSent, BAD_ADDRESS),
        (405, NotSent, BAD_ADDRESS),
        (410, NotSent, BAD_ADDRESS),
        (408, NotSent, ""),
        (425, NotSent, ""),
        (409, Ambiguous, ""),
        (429, Throttled, ""),
        (500, Ambiguous, ""),
        (502, Ambiguous, ""),
        (503, Ambiguous, ""),
        (504, Ambiguous, ""),
        (599, Ambiguous, ""),
        (100, Ambiguous, ""),
    ],
)
def test_each_http_status_has_its_result(status: int, kind: type, stops: str) -> None:
    error = failed(status)

    assert (type(error), error.stops) == (kind, stops)
    assert (error.http_status, error.answer) == (status, ERROR.decode())


@pytest.mark.parametrize("status", [408, 425])
def test_too_early_is_tried_three_times(status: int) -> None:
    error = failed(status)

    assert isinstance(error, NotSent)
    assert (error.most_tries, error.counts) == (3, True)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 410, 307, 308])
def test_attempt_that_stops_the_integration_does_not_count(status: int) -> None:
    error = failed(status)

    assert isinstance(error, NotSent)
    assert not error.counts


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_setting_makes_server_errors_attempts_that_count(status: int) -> None:
    error = failed(status, switch=True)

    assert isinstance(error, NotSent)
    assert (type(error), error.counts, error.most_tries, error.stops) == (NotSent, True, None, "")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (501, Ambiguous),
        (505, Ambiguous),
        (599, Ambiguous),
        (409, Ambiguous),
        (400, Refused),
        (429, Throttled),
    ],
)
def test_setting_does_not_affect_other_responses(status: int, kind: type) -> None:
    assert type(failed(status, switch=True)) is kind


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("0", SHORTEST_ASKED_WAIT),
        ("5", timedelta(seconds=5)),
        (" 7 ", timedelta(seconds=7)),
        ("0000000005", timedelta(seconds=5)),
        ("3600", timedelta(hours=1)),
        ("3601", LONGEST_ASKED_WAIT),
        ("9" * 5000, LONGEST_ASKED_WAIT),
        ("Wed, 21 Oct 2026 07:28:00 GMT", timedelta(minutes=28)),
        ("Wed, 21 Oct 2026 04:28:00 -0300", timedelta(minutes=28)),
        ("Wed, 21 Oct 2026 07:28:00 -0000", timedelta(minutes=28)),
        ("Wed, 21 Oct 2026 07:28:00", timedelta(minutes=28)),
        ("Thu, 22 Oct 2026 07:28:00 GMT", LONGEST_ASKED_WAIT),
        ("Wed, 21 Oct 2026 06:28:00 GMT", USUAL_ASKED_WAIT),  # over
        ("Wed, 21 Oct 99999 06:28:00 GMT", USUAL_ASKED_WAIT),
        ("-1", USUAL_ASKED_WAIT),
        ("1.5", USUAL_ASKED_WAIT),
        ("soon", USUAL_ASKED_WAIT),
        ("5, 5", USUAL_ASKED_WAIT),
        ("", USUAL_ASKED_WAIT),
        ("\xb2", USUAL_ASKED_WAIT),  # a digit to str.isdigit(), and no number to int()
    ],
    ids=lambda value: str(value)[:30],
)
def test_retry_after_is_throttled_and_does_not_count(status: int, retry_after: str, wait: timedelta) -> None:
    error = failed(status, retry_after=retry_after)

    assert isinstance(error, Throttled)
    assert (error.wait, error.counts) == (wait, False)


def test_429_without_retry_after_waits_a_minute() -> None:
    error = failed(429)

    assert isinstance(error, Throttled)
    assert error.wait == USUAL_ASKED_WAIT == timedelta(seconds=60)


def test_response_text_is_cut_and_fits_a_database() -> None:
    error = failed(400, b"\x00\xff" + b"x" * 10_000)

    assert error.answer == "\ufffd" + "x" * (MAX_ANSWER_LENGTH - 2)
