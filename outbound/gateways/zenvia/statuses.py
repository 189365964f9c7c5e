"""Parses the events of a webhook leniently (FACTS.md, "Webhook: statuses" and "Webhook: inbound").

The shape in which the NLU forwards a status is not documented, so Zenvia's events of both versions are read
as well as a flat body in the words of the endpoint's response.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from outbound.gateways.base import Inbound, ParsedEvent, StatusUpdate, Unreadable, Unrelated
from outbound.gateways.zenvia.json_body import at, first, loads, moment, text
from outbound.lifecycle import MessageStatus

MAX_EVENTS = 500
MAX_WORD, MAX_ID, MAX_NUMBER_ID, MAX_CODE, MAX_TEXT = 40, 100, 64, 20, 300
OUR_CHANNEL = "whatsapp"
_CODE = re.compile(r"(?<![0-9])13[0-9]{4}(?![0-9])")

# The status that each word means; None changes nothing. An unknown word can be given a meaning in the admin.
STATUS_WORDS: Mapping[str, MessageStatus | None] = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "verified": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "clicked": MessageStatus.READ,
    "rejected": MessageStatus.UNDELIVERED,
    "not_delivered": MessageStatus.UNDELIVERED,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.UNDELIVERED,
    "error": MessageStatus.UNDELIVERED,
    "accepted": None,
    "pending": None,
    "queued": None,
    "processing": None,
    "deleted": None,
    "hang_up": None,
    "terminated": None,
    "recorded": None,
}

# The paths at which each value may be found, the likeliest first. The `id` of the root names the event.
_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "word": (("messageStatus", "code"), ("messageStatus", "status"), ("status",), ("code",)),
    "external_id": (("message", "externalId"), ("externalId",), ("external_id",), ("message", "external_id")),
    "gateway_message_id": (("message_id",),),
    "channel_message_id": (("message", "id"), ("messageId",)),
    "happened_at": (("messageStatus", "timestamp"), ("timestamp",), ("created_at",), ("createdAt",)),
    "code": (
        ("messageStatus", "causes", "channelErrorCode"),
        ("messageStatus", "error", "code"),
        ("causes", "channelErrorCode"),
        ("error", "code"),
        ("error_code",),
    ),
}
_CAUSE_TEXTS = (
    ("messageStatus", "causes", "reason"),
    ("messageStatus", "causes", "details"),
    ("messageStatus", "cause"),
    ("messageStatus", "error", "message"),
    ("messageStatus", "error", "details"),
    ("messageStatus", "description"),
    ("causes", "reason"),
    ("causes", "details"),
    ("cause",),
    ("error", "message"),
    ("error", "details"),
    ("error",),
    ("reason",),
    ("description",),
)


def split_events(body: bytes) -> list[Any]:
    """Return the events in a body: the one object, or the items of an array with at least one object.

    Raises Unreadable.
    """
    value = loads(body)
    found = value if isinstance(value, list) else [value]
    if not found:
        raise Unreadable("an empty array")
    if len(found) > MAX_EVENTS:
        raise Unreadable(f"more than {MAX_EVENTS} events at once")
    if not any(isinstance(one, dict) for one in found):
        raise Unreadable("not an object")
    return found


def parse_event(item: Any) -> ParsedEvent:
    """Return what one event says. Raises Unreadable when its shape is unknown."""
    if not isinstance(item, dict):
        raise Unreadable("not an object")
    kind = first(MAX_WORD, item.get("type")).upper()
    event_id = text(item.get("id"), MAX_ID) if kind else ""
    if kind not in ("", "MESSAGE", "MESSAGE_STATUS") or _is_of_another_channel(item):
        return Unrelated(word=_lower(kind), event_id=event_id)
    if kind == "MESSAGE" or (not kind and _is_inbound(item)):
        return _inbound(item, event_id)
    return _status(item, event_id)


def _status(item: dict[str, Any], event_id: str) -> StatusUpdate:
    word = _lower(_found(item, "word", MAX_WORD))
    if not word:
        raise Unreadable("it tells no status")
    ids = {
        "external_id": _found(item, "external_id", MAX_ID),
        "gateway_message_id": _found(item, "gateway_message_id", MAX_NUMBER_ID),
        "channel_message_id": _found(item, "channel_message_id", MAX_ID),
    }
    if not any(ids.values()):
        raise Unreadable("it names no message")
    reason = " · ".join(_cause_texts(item))[:MAX_TEXT]
    return StatusUpdate(
        word=word,
        event_id=event_id,
        happened_at=_happened_at(item),
        code=_found(item, "code", MAX_CODE) or _code_in(reason),
        text=reason,
        **ids,
    )


def _inbound(item: dict[str, Any], event_id: str) -> ParsedEvent:
    message = item.get("message") if isinstance(item.get("message"), dict) else item
    direction = first(10, at(message, "direction"), item.get("direction")).upper()
    if direction == "OUT":
        return Unrelated(word="message out", event_id=event_id)
    sender = first(40, at(message, "from"), item.get("from"))
    if not sender:
        raise Unreadable("it names no sender")
    return Inbound(
        sender=sender,
        text=_text_of(message),
        name=_name(message),
        event_id=event_id,
        happened_at=_happened_at(item),
    )


def _text_of(message: Any) -> str:
    contents = at(message, "contents")
    for content in contents if isinstance(contents, list) else []:
        if found := first(MAX_TEXT, at(content, "text"), at(content, "payload")):
            return found
    return first(MAX_TEXT, at(message, "text"))


def _name(message: Any) -> str:
    """Return the person's name: of the visitor, or of the `json` content of version 1."""
    contents = at(message, "contents")
    older = [at(one, "payload", "visitor", "name") for one in contents] if isinstance(contents, list) else []
    return first(120, at(message, "visitor", "name"), *older)


def _is_inbound(item: dict[str, Any]) -> bool:
    return "contents" in item or isinstance(at(item, "message", "contents"), list)


def _is_of_another_channel(item: dict[str, Any]) -> bool:
    channel = first(20, item.get("channel"), at(item, "message", "channel"))
    return bool(channel) and channel.lower() != OUR_CHANNEL


def _found(item: dict[str, Any], name: str, longest: int) -> str:
    return first(longest, *(at(item, *place) for place in _PLACES[name]))


def _happened_at(item: dict[str, Any]) -> Any:
    return next(filter(None, (moment(at(item, *place)) for place in _PLACES["happened_at"])), None)


def _lower(word: str) -> str:
    """Return a word in lower case, which may be longer than in upper case."""
    return word.lower()[:MAX_WORD]


def _code_in(reason: str) -> str:
    """Return a code of WhatsApp that is only written in a text."""
    found = _CODE.search(reason)
    return found[0] if found else ""


def _cause_texts(item: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(filter(None, (text(at(item, *place), MAX_TEXT) for place in _CAUSE_TEXTS))))
