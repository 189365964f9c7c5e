"""Any body is either parsed into values that fit their columns, or unreadable."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound.gateways.base import Inbound, ParsedEvent, StatusUpdate, Unreadable, Unrelated
from outbound.gateways.zenvia import statuses
from outbound.models import Recipient, WebhookEvent
from tests.gateways.zenvia.test_statuses import EVENTS

TEXTS = st.text(st.characters(codec=None), max_size=400) | st.sampled_from(
    ["sent", "READ", "İ" * 60, "ß" * 60, "\x00", "\ud800", " ", "131026", "2024-03-29 07:55:58 pm", "pm"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**9, max_value=10**20)
    | st.floats(allow_nan=False)
    | TEXTS
)
# The names that mean something, so that nothing is left to luck.
NAMES = st.sampled_from(
    sorted({name for places in statuses._PLACES.values() for place in places for name in place})
    + ["type", "id", "channel", "direction", "from", "contents", "text", "payload", "visitor", "name"]
    + ["cause", "reason", "details", "description"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXTS, inner, max_size=6),
    max_leaves=25,
)
EVENT_LIKE = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["MESSAGE", "MESSAGE_STATUS", "ß" * 50]) | VALUES,
        "channel": st.sampled_from(["whatsapp", "sms"]) | VALUES,
        "id": VALUES,
        "status": VALUES,
        "external_id": VALUES,
        "message": st.dictionaries(NAMES, VALUES, max_size=6) | VALUES,
        "messageStatus": st.dictionaries(NAMES, VALUES, max_size=6) | VALUES,
        "contents": VALUES,
        "from": VALUES,
        "error": VALUES,
        "causes": VALUES,
    },
)
GOLDEN = [path.read_bytes() for path in sorted(EVENTS.glob("*.json"))]
COLUMNS = {
    field.name: field.max_length for field in WebhookEvent._meta.get_fields() if hasattr(field, "max_length")
}
LONGEST = {**COLUMNS, "name": Recipient._meta.get_field("name").max_length, "sender": 40}


def read(body: bytes) -> list[ParsedEvent]:
    """Read a body as the intake does; return what could be read of it."""
    told: list[ParsedEvent] = []
    with suppress(Unreadable):
        told.extend(map(statuses.parse_event, statuses.split_events(body)))
    return told


def assert_storable(told: ParsedEvent) -> None:
    assert isinstance(told, StatusUpdate | Inbound | Unrelated)
    for field in fields(told):
        value = getattr(told, field.name)
        if field.name == "happened_at":
            assert value is None or (
                isinstance(value, datetime) and value.tzinfo and 2000 <= value.year < 2100
            )
            continue
        assert isinstance(value, str)
        assert len(value) <= (LONGEST[field.name] or 0), field.name
        assert "\x00" not in value
        value.encode("utf-8")


@settings(max_examples=400, deadline=None)
@given(VALUES | EVENT_LIKE | st.lists(EVENT_LIKE, max_size=3))
def test_any_json_is_parsed_or_unreadable_and_fits_its_columns(value: Any) -> None:
    for told in read(json.dumps(value).encode()):
        assert_storable(told)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_unreadable(body: bytes) -> None:
    for told in read(body):
        assert_storable(told)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_event_with_changed_bytes_is_parsed_or_unreadable(body: bytes, data: st.DataObject) -> None:
    spoiled = bytearray(body)
    for _change in range(data.draw(st.integers(1, 5))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))

    for told in read(bytes(spoiled)):
        assert_storable(told)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_event_with_a_replaced_value_is_parsed_or_unreadable(body: bytes, data: st.DataObject) -> None:
    value = json.loads(body)
    places = list(_places(value))
    where, key = data.draw(st.sampled_from(places))
    where[key] = data.draw(VALUES)

    for told in read(json.dumps(value).encode()):
        assert_storable(told)


def _places(value: Any) -> Any:
    """Yield each place in a JSON value: its container, and the key there."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def test_every_parsed_text_has_a_column() -> None:
    told = {field.name for kind in (StatusUpdate, Inbound, Unrelated) for field in fields(kind)}

    assert told - {"happened_at"} <= set(LONGEST)


@pytest.mark.parametrize("depth", [900, 990, 5_000])
def test_deep_nesting_is_unreadable(depth: int) -> None:
    assert read(b'{"status": "sent", "external_id": ' + b"[" * depth + b"]" * depth + b"}") == []
