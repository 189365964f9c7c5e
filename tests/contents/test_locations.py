"""The location content at its limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from outbound.contents import clean_content


def a_place(**values: Any) -> dict[str, Any]:
    return {"type": "location", "latitude": -23.5, "longitude": -46.6} | values


@pytest.mark.parametrize(
    "values",
    [
        {"latitude": 90, "longitude": 180},
        {"latitude": -90, "longitude": -180},
        {"name": "x" * 1000, "address": "x" * 1000},
        {"url": "https://www.smarkio.com.br"},
    ],
)
def test_location_within_the_limits_is_valid(problems: Any, values: dict[str, Any]) -> None:
    assert problems(a_place(**values)) == {}


@pytest.mark.parametrize(
    ("values", "path", "code"),
    [
        ({"latitude": 90.0001}, "latitude", "latitude_range"),
        ({"latitude": 91}, "latitude", "latitude_range"),
        ({"latitude": "-91"}, "latitude", "latitude_range"),
        ({"longitude": -181}, "longitude", "longitude_range"),
        ({"longitude": 180.0001}, "longitude", "longitude_range"),
        ({"latitude": ""}, "latitude", "latitude_required"),
        ({"longitude": None}, "longitude", "longitude_required"),
        ({"latitude": "NaN"}, "latitude", "number_invalid"),
        ({"latitude": "1e1"}, "latitude", "number_invalid"),
        ({"latitude": "23.542,1"}, "latitude", "number_invalid"),
        ({"latitude": "23° S"}, "latitude", "number_invalid"),
        ({"latitude": True}, "latitude", "number_invalid"),
        ({"latitude": [1]}, "latitude", "number_invalid"),
        ({"latitude": "9" * 400}, "latitude", "number_invalid"),
        ({"latitude": 10**400}, "latitude", "latitude_range"),
        ({"name": "x" * 1001}, "name", "name_too_long"),
        ({"address": "x" * 1001}, "address", "address_too_long"),
        ({"url": "http://www.smarkio.com.br"}, "url", "url_https_only"),
        ({"zoom": 3}, "zoom", "attribute_unknown"),
    ],
)
def test_fault_is_reported_at_its_path(problems: Any, values: dict[str, Any], path: str, code: str) -> None:
    assert problems(a_place(**values)) == {path: [code]}


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_nan_and_infinity_are_invalid(problems: Any, literal: str) -> None:
    raw = json.loads(f'{{"type": "location", "latitude": {literal}, "longitude": 0}}')

    assert problems(raw) == {"latitude": ["number_invalid"]}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("-23,5422", -23.5422),
        ("-23.5422", -23.5422),
        (" +23,5 ", 23.5),
        (",5", 0.5),
        ("7", 7),
        (7, 7),
    ],
)
def test_comma_is_a_decimal_sign(typed: Any, number: float) -> None:
    assert clean_content(a_place(latitude=typed)).value["latitude"] == number


@pytest.mark.parametrize("zero", [0, 0.0, "0", "0,0", -0.0])
def test_zero_is_a_coordinate(zero: Any) -> None:
    wire = clean_content(a_place(latitude=zero, longitude=zero)).for_wire()

    assert (wire["latitude"], wire["longitude"]) == (0, 0)


def test_coordinate_keeps_every_digit() -> None:
    wire = clean_content(a_place(latitude=-23.54220538772733)).for_wire()

    assert json.dumps(wire["latitude"]) == "-23.54220538772733"


def test_empty_optional_values_are_left_out() -> None:
    assert clean_content(a_place(name="", address=None, url="")).for_wire() == a_place()


def test_address_without_name_is_warned_about() -> None:
    warnings = clean_content(a_place(address="Rua Sergipe, 475")).warnings()

    assert [warning.code for warning in warnings] == ["address_without_name"]


def test_address_with_name_is_not_warned_about() -> None:
    assert clean_content(a_place(name="Smarkio", address="Rua Sergipe, 475")).warnings() == []
