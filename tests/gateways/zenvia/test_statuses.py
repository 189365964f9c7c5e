"""Every documented or observed shape of an event is parsed, from golden bodies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outbound.gateways.base import Inbound, ParsedEvent, StatusUpdate, Unreadable, Unrelated
from outbound.gateways.zenvia import statuses
from outbound.lifecycle import MessageStatus

EVENTS = Path(__file__).parents[2] / "fixtures" / "zenvia" / "events"

EVENT_AT = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
STATUS_AT = datetime(2026, 1, 2, 6, 4, 4, tzinfo=UTC)  # 03:04:04-03:00
SPOKEN_AT = datetime(2024, 3, 29, 19, 55, 58, tzinfo=UTC)
NAMED = {
    "event_id": "evt-0001",
    "external_id": "c-000123",
    "channel_message_id": "8b7e4c1a-zenvia",
    "happened_at": STATUS_AT,
}
FLAT = {"external_id": "c-000123", "gateway_message_id": "218"}
UNREACHABLE = "Message undeliverable · Unable to deliver"
ANA = {"sender": "5511988887777", "name": "Ana Souza"}
WROTE = {"event_id": "evt-0003", "happened_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}


def told(word: str, **values: Any) -> StatusUpdate:
    return StatusUpdate(word=word, **{**NAMED, **values})


def flat(word: str, **values: Any) -> StatusUpdate:
    return StatusUpdate(word=word, **{**FLAT, **values})


def wrote(text: str, **values: Any) -> Inbound:
    return Inbound(text=text, **{**ANA, **WROTE, **values})


READ: dict[str, ParsedEvent | str] = {
    "v2_sent": told("sent"),
    "v2_delivered": told("delivered"),
    "v2_read": told("read", text="The message was read"),
    "v2_clicked": told("clicked"),
    "v2_not_delivered": told(
        "not_delivered", code="131026", text=f"{UNREACHABLE} · The message was not delivered"
    ),
    "v2_rejected": told("rejected", text="Invalid content"),
    "code_as_integer": told("not_delivered", code="131026", text=UNREACHABLE),
    "cause_as_text": told("not_delivered", text="Message failed because more than 24 hours have passed"),
    "code_in_words_only": told("not_delivered", code="131047", text="(#131047) Re-engagement message"),
    "cause_text_with_code": told(
        "not_delivered", code="131049", text="131049: not delivered to maintain healthy engagement"
    ),
    "nested_error": told("failed", code="131053", text="Media upload error · Unsupported type"),
    "causes_empty": told("not_delivered"),
    "no_event_id_no_times": StatusUpdate(word="sent", external_id="c-000123"),
    "only_external_id": told("delivered", channel_message_id=""),
    "only_root_message_id": told("delivered", external_id=""),
    "numeric_message_id": told("sent", external_id="", channel_message_id="77"),
    "time_in_words": told("sent", happened_at=SPOKEN_AT),
    "time_at_midnight_in_words": told("sent", happened_at=datetime(2024, 3, 29, 0, 5, tzinfo=UTC)),
    "time_of_the_event_alone": told("sent", happened_at=EVENT_AT),
    "time_in_seconds": told("sent", happened_at=SPOKEN_AT),
    "time_in_milliseconds": told("sent", happened_at=SPOKEN_AT.replace(microsecond=678000)),
    "time_without_zone": told("sent", happened_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    "time_unreadable": told("sent", happened_at=None),
    "unknown_word": told("wobbled"),
    "hub_undelivered": told("undelivered", code="131026", text="Undeliverable"),
    "hub_queued": told("queued"),
    "flat": flat("delivered"),
    "flat_failed": flat("failed", code="131026", text="(#131026) Undeliverable"),
    "flat_camel": flat("read", gateway_message_id="", happened_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    "flat_only_gateway_id": flat("sent", external_id=""),
    "root_id_is_no_message": "it names no message",
    "nobody_named": "it names no message",
    "no_status": "it tells no status",
    "other_channel": Unrelated(word="message_status", event_id="evt-0001"),
    "other_channel_of_the_message": Unrelated(word="message_status", event_id="evt-0001"),
    "another_event_type": Unrelated(word="call_status", event_id="evt-0002"),
    "inbound_text": wrote("Sim, pode confirmar"),
    "inbound_button": wrote("Não quero mais"),
    "inbound_payload_only": wrote("sair", name=""),
    "inbound_v1_json": wrote("SAIR"),
    "inbound_file": wrote(""),
    "inbound_unsupported": wrote("", name=""),
    "inbound_without_ids": Inbound(sender="551188887777", text="oi"),
    "inbound_at_the_root": Inbound(sender="5511988887777", text="oi"),
    "inbound_numeric_ids": wrote("oi", name=""),
    "inbound_out": Unrelated(word="message out", event_id="evt-0003"),
    "inbound_out_at_the_root": Unrelated(word="message out", event_id="evt-0003"),
    "inbound_without_sender": "it names no sender",
    "inbound_other_channel": Unrelated(word="message", event_id="evt-0003"),
}


def golden(name: str) -> bytes:
    return (EVENTS / f"{name}.json").read_bytes()


def read(name: str) -> ParsedEvent:
    (item,) = statuses.split_events(golden(name))
    return statuses.parse_event(item)


def test_every_golden_body_has_a_row() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == {*READ, "array"}


@pytest.mark.parametrize("name", [name for name, expected in READ.items() if not isinstance(expected, str)])
def test_golden_body_is_parsed(name: str) -> None:
    assert read(name) == READ[name]


@pytest.mark.parametrize("name", [name for name, expected in READ.items() if isinstance(expected, str)])
def test_incomplete_body_is_unreadable(name: str) -> None:
    with pytest.raises(Unreadable, match=str(READ[name])):
        read(name)


def test_array_is_parsed_item_by_item() -> None:
    items = statuses.split_events(golden("array"))

    assert [statuses.parse_event(item) for item in items] == [READ["v2_sent"], READ["flat"]]


@pytest.mark.parametrize("kind", ["message_status", "Message_Status", " MESSAGE_STATUS "])
def test_type_is_case_insensitive(kind: str) -> None:
    item = json.loads(golden("v2_sent")) | {"type": kind}

    assert statuses.parse_event(item) == READ["v2_sent"]


@pytest.mark.parametrize("word", ["Delivered", "DELIVERED ", "delivered"])
def test_status_word_is_case_insensitive(word: str) -> None:
    assert statuses.parse_event({"status": word, "external_id": "c-1"}) == StatusUpdate(
        word="delivered", external_id="c-1"
    )


@pytest.mark.parametrize("channel", ["WhatsApp", "whatsapp", ""])
def test_channel_is_case_insensitive_and_optional(channel: str) -> None:
    item = json.loads(golden("v2_sent")) | {"channel": channel}

    assert statuses.parse_event(item) == READ["v2_sent"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[]", "an empty array"),
        (b"7", "not an object"),
        (b'"sent"', "not an object"),
        (b"null", "not an object"),
        (b"[1, 2]", "not an object"),
        (b"[" + b"{}," * 500 + b"{}]", "more than 500 events"),
    ],
)
def test_body_that_is_no_event_is_unreadable(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        statuses.split_events(body)


def test_five_hundred_events_are_accepted() -> None:
    assert len(statuses.split_events(b"[" + b"{}," * 499 + b"{}]")) == 500


@pytest.mark.parametrize("digits", ["0131026", "1310260", "91310261", "13102"])
def test_other_digits_are_not_read_as_a_code(digits: str) -> None:
    item = {"status": "failed", "external_id": "c-1", "reason": f"order {digits} failed"}

    told = statuses.parse_event(item)

    assert isinstance(told, StatusUpdate)
    assert told.code == ""


def test_word_that_grows_in_lower_case_fits_its_column() -> None:
    told = statuses.parse_event({"status": "İ" * 40, "external_id": "c-1"})

    assert isinstance(told, StatusUpdate)
    assert len(told.word) <= statuses.MAX_WORD


def test_type_that_grows_in_upper_case_fits_its_column() -> None:
    told = statuses.parse_event({"type": "ß" * 40})

    assert isinstance(told, Unrelated)
    assert len(told.word) <= statuses.MAX_WORD


def test_every_documented_word_has_a_meaning() -> None:
    meanings = {meaning for meaning in statuses.STATUS_WORDS.values() if meaning}

    assert meanings == {
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.UNDELIVERED,
    }
    assert all(word == word.lower() for word in statuses.STATUS_WORDS)
