"""Values of a template's fields: validation and filling."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from outbound.contents.placeholders import (
    MAX_VALUE_LENGTH,
    ValueMissing,
    clean_values,
    fill,
    references,
    split,
)


def codes(raw: object, *, keys: list[str], required: list[str]) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as raised:
        clean_values(raw, keys, required)
    return {path: [error.code for error in errors] for path, errors in raised.value.error_dict.items()}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({}, "field_missing"),
        ({"name": None}, "field_missing"),
        ({"name": ""}, "field_missing"),
        (None, "field_missing"),
        ([], "field_missing"),
        ("name=Ana", "field_missing"),
        ({"name": "   "}, "field_blank"),
        ({"name": "\u200b\u2060\ufeff"}, "field_blank"),
        ({"name": "{{1}}"}, "field_placeholder_left"),
        ({"name": "Hello {{name"}, "field_placeholder_left"),
        ({"name": "{{{{name}}name}}"}, "field_placeholder_left"),
        ({"name": "x" * 5000}, "field_too_long"),
        ({"name": "a\x00b"}, "field_bad_characters"),
        ({"name": "a\x1bb"}, "field_bad_characters"),
        ({"name": "a\ud800b"}, "field_bad_characters"),
        ({"name": 5}, "text_required"),
        ({"name": True}, "text_required"),
        ({"name": ["Ana"]}, "text_required"),
    ],
)
def test_invalid_value_is_reported_at_its_key(raw: object, code: str) -> None:
    assert codes(raw, keys=["name"], required=["name"]) == {"name": [code]}


def test_value_of_an_unknown_field_is_refused() -> None:
    found = codes({"name": "Ana", "age": "7"}, keys=["name"], required=["name"])

    assert found == {"age": ["field_unknown"]}


def test_all_problems_are_reported_at_once() -> None:
    found = codes({"age": "7", "value": "{{1}}"}, keys=["name", "value"], required=["name", "value"])

    assert found == {"age": ["field_unknown"], "name": ["field_missing"], "value": ["field_placeholder_left"]}


def test_value_of_exactly_the_limit_is_kept() -> None:
    longest = "é" * MAX_VALUE_LENGTH

    assert clean_values({"name": longest}, ["name"], ["name"]) == {"name": longest}


def test_value_of_one_character_more_is_refused() -> None:
    assert codes({"name": "é" * (MAX_VALUE_LENGTH + 1)}, keys=["name"], required=[]) == {
        "name": ["field_too_long"]
    }


@pytest.mark.parametrize("raw", [{}, {"note": ""}, {"note": None}])
def test_empty_optional_value_is_left_out(raw: dict[str, Any]) -> None:
    assert clean_values(raw, ["note"], []) == {}


def test_outer_space_of_a_value_is_removed() -> None:
    cleaned = clean_values({"value": " R$ 1670,00\r\n50% %s "}, ["value"], ["value"])

    assert cleaned == {"value": "R$ 1670,00\n50% %s"}


def test_references_are_replaced_by_known_values() -> None:
    filled = fill(split({"a": "Hi {{name}}, {{ city }}!", "b": "plain"}), {"name": "Ana", "city": "Lavras"})

    assert filled == {"a": "Hi Ana, Lavras!", "b": "plain"}


def test_filled_values_are_not_parsed_for_references() -> None:
    filled = fill(split({"a": "{{name}}"}), {"name": "{{city}} \\1", "city": "Lavras"})

    assert filled == {"a": "{{city}} \\1"}


@pytest.mark.parametrize("known", [{}, {"city": ""}, {"city": "  "}, {"city": "\u200b"}])
def test_missing_or_blank_value_raises(known: dict[str, str]) -> None:
    with pytest.raises(ValueMissing) as raised:
        fill(split({"a": "in {{city}}"}), known)

    assert raised.value.key == "city"


def test_values_are_filled_for_one_person_after_another() -> None:
    values = split({"a": "{{name}}{{name}} of {{city}}."})

    filled = [fill(values, {"name": name, "city": "Lavras"}) for name in ("Ana", "Bia")]

    assert filled == [{"a": "AnaAna of Lavras."}, {"a": "BiaBia of Lavras."}]


@pytest.mark.parametrize("value", [".", "\u200bA", "😀", " x"])
def test_visible_value_is_filled_in(value: str) -> None:
    assert fill(split({"a": "{{name}}"}), {"name": value}) == {"a": value}


def test_references_are_the_names_in_all_values() -> None:
    assert references({"a": "{{name}} of {{city}}", "b": "{{name}} {{1}}"}) == {"name", "city"}
