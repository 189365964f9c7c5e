"""Strict JSON: errors name their path, and too large input is not processed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from outbound.contents import strict_json
from outbound.contents.bounds import MAX_JSON_DEPTH, MAX_JSON_LENGTH, MAX_JSON_VALUES

HOUSE = Path(__file__).parents[2] / "outbound"


def faults(text: str, *path: str) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as raised:
        strict_json.read(text, *path)
    return {place: [error.code for error in found] for place, found in raised.value.error_dict.items()}


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "a",
        None,
        True,
        -12.5,
        10**18 - 1,
        {"a": [{"b": "ç\n"}, {"b": "ç\n"}]},
        [1] * (MAX_JSON_VALUES - 1),
    ],
)
def test_plain_json_is_parsed(value: Any) -> None:
    assert strict_json.read(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1, "a": 1}', "a"),
        ('{"a": 1, "b": 2, "\\u0061": 3}', "a"),
        ('{"a": {}, "a": {"b": 1}}', "a"),
        ('{"rows": [{"id": "1"}, {"id": "1", "title": "x", "id": "2"}]}', "rows.1.id"),
        ('[[{"": 1, "": 2}]]', "0.0."),
    ],
)
def test_repeated_key_is_reported_at_its_path(text: str, place: str) -> None:
    assert faults(text) == {place: ["key_repeated"]}


def test_message_names_the_key() -> None:
    with pytest.raises(ValidationError) as raised:
        strict_json.read('{"body": "x", "body": "y"}')

    assert "“body”" in raised.value.messages[0]


def test_all_problems_are_reported_below_the_given_path() -> None:
    found = faults('{"a": NaN, "b": {"c": 1, "c": 2}, "d": ["\\u0000"]}', "content")

    assert found == {
        "content.a": ["field_bad_characters"],
        "content.b.c": ["key_repeated"],
        "content.d.0": ["field_bad_characters"],
    }


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 19, "-" + "9" * 5000, '"\\u0000"', '"\\ud800"']
)
def test_unstorable_value_is_reported_at_its_path(text: str) -> None:
    assert faults(f'{{"a": [{text}]}}') == {"a.0": ["field_bad_characters"]}


def test_unstorable_key_is_reported_at_its_object() -> None:
    assert faults('{"a": {"\\u0000": 1}}') == {"a": ["field_bad_characters"]}


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": 1} x', "01", '"a\nb"', "nan"])
def test_invalid_json_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"line \d"):
        strict_json.read(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "json_too_deep"),
        ("[" * (MAX_JSON_DEPTH + 2) + "]" * (MAX_JSON_DEPTH + 2), "json_too_deep"),
        ('{"a":' * 40 + "1" + "}" * 40, "json_too_deep"),
        (json.dumps([0] * MAX_JSON_VALUES), "json_too_many"),
        (json.dumps({"rows": [{"id": "1"}] * 10_000}), "json_too_many"),
        (json.dumps("x" * MAX_JSON_LENGTH), "json_too_long"),
        (json.dumps([{}] * 1_000_000), "json_too_long"),
    ],
    ids=range(7),
)
def test_too_large_json_is_refused(text: str, code: str) -> None:
    assert faults(text, "content") == {"content": [code]}


def test_no_more_values_are_checked_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    is_spoilt = strict_json._is_unstorable
    monkeypatch.setattr(
        strict_json, "_is_unstorable", lambda value: looked_at.append(value) or is_spoilt(value)
    )

    faults(json.dumps([0] * 50_000))

    assert len(looked_at) <= MAX_JSON_VALUES + 1


def test_json_of_people_is_parsed_only_here() -> None:
    # These parse what the console stored itself, or what a gateway posted.
    own = {
        "admin/compose/review.py",
        "admin/messages/detail.py",
        "admin/webhook_events/detail.py",
        "management/demo.py",
    }
    modules = [path for room in ("admin", "management") for path in (HOUSE / room).rglob("*.py")]

    found = [path for path in modules if "json.load" in path.read_text(encoding="utf-8")]

    reading = {path.relative_to(HOUSE).as_posix() for path in found}

    assert reading - own == set()
