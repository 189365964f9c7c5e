"""Reading JSON of any shape: paths, texts that fit a database, and times in every known spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from outbound.gateways.base import Unreadable
from outbound.gateways.zenvia.json_body import at, first, loads, moment, text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"   ", "not JSON"),
        (b"{", "not JSON"),
        (b"{}{}", "not JSON"),
        (b"<html></html>", "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": Infinity}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"\x00", "not JSON"),
        (b"1" * 5000, "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        ('{"a": "é"}'.encode("latin-1"), "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" * 30_000 + b"]" * 30_000, "nested too deeply"),
    ],
)
def test_invalid_json_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        loads(body)


@pytest.mark.parametrize(
    ("body", "value"), [(b"{}", {}), (b" [1] ", [1]), (b"null", None), ('"é"'.encode(), "é")]
)
def test_json_is_parsed(body: bytes, value: Any) -> None:
    assert loads(body) == value


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("a", "b"), 1),
        (("a",), {"b": 1}),
        (("list", "b"), 2),
        (("none", "b"), None),
        (("a", "b", "c"), None),
        (("text", "b"), None),
        (("nobody",), None),
    ],
)
def test_path_leads_into_objects_and_first_items(path: tuple[str, ...], found: Any) -> None:
    value = {"a": {"b": 1}, "list": [{"b": 2}, {"b": 3}], "none": [], "text": "b"}

    assert at(value, *path) == found


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("  abc ", "abc"),
        ("abcdefgh", "abcde"),
        (131026, "13102"),
        (0, "0"),
        (-7, "-7"),
        (True, ""),
        (1.5, ""),
        (None, ""),
        ({"a": 1}, ""),
        (["a"], ""),
        ("a\x00b", "ab"),
        ("\x00", ""),
        ("a\ud800b", "a?b"),
        ("é😀", "é😀"),
    ],
)
def test_text_fits_a_database(value: Any, told: str) -> None:
    assert text(value, 5) == told


def test_first_value_that_is_not_empty_is_returned() -> None:
    assert first(9, None, "", "  ", {}, False, 0, "later") == "0"
    assert first(9) == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)),
        ("2026-01-02T03:04:05-03:00", datetime(2026, 1, 2, 6, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (" 2026-01-02T03:04:05Z ", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-03-29 07:55:58 pm", datetime(2024, 3, 29, 19, 55, 58, tzinfo=UTC)),
        ("2024-03-29 12:00:00 AM", datetime(2024, 3, 29, tzinfo=UTC)),
        (1711742158, datetime(2024, 3, 29, 19, 55, 58, tzinfo=UTC)),
        (1711742158.5, datetime(2024, 3, 29, 19, 55, 58, 500000, UTC)),
        (1711742158678, datetime(2024, 3, 29, 19, 55, 58, 678000, UTC)),
    ],
)
def test_known_spellings_of_a_time_are_parsed(written: Any, read: datetime) -> None:
    assert moment(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "pm", "yesterday", "0000-00-00", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "29/03/2024", "2024-03-29 25:00:00 pm",
        0, -1, 10**30, 1e300, float("inf"), True, None, [], {},
    ],
)  # fmt: skip
def test_implausible_time_is_none(written: Any) -> None:
    assert moment(written) is None
