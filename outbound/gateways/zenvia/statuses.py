"""Parses webhook bodies leniently: statuses and messages of people (FACTS.md, "Webhook: ...").

Nobody outside knows yet in which shape the NLU forwards a status, so all that is known of its relatives is
taken: Zenvia's own events in both versions, and a flat body by analogy with the endpoint's answer. Which
key means what stands in one table, so that the first real body needs one edit.
"""

from __future__ import annotations

import re
from typing import Any

from outbound.gateways.base import Inbound, StatusUpdate, Told, Unreadable, Unrelated
from outbound.gateways.zenvia.json_body import at, first, loads, moment, text
from outbound.lifecycle import MessageStatus

MOST_EVENTS = 500
MAX_WORD, MAX_ID, MAX_NUMBER_ID, MAX_CODE, MAX_TEXT = 40, 100, 64, 20, 300
OUR_CHANNEL = "whatsapp"
_CODE = re.compile(r"(?<![0-9])13[0-9]{4}(?![0-9])")

# What each word means for a message; None changes nothing. A word that is missing here is unknown, and
# whoever knows it can teach it on the inbox page.
WORDS: dict[str, MessageStatus | None] = {
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

# Where each value may stand, the likeliest place first. The root's `id` names the event, never a message.
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


def items(body: bytes) -> list[Any]:
    """Return the events in a body: the one object, or those of an array, of which one at least is an object.

    Raises Unreadable.
    """
    value = loads(body)
    found = value if isinstance(value, list) else [value]
    if not found:
        raise Unreadable("an empty array")
    if len(found) > MOST_EVENTS:
        raise Unreadable(f"more than {MOST_EVENTS} events at once")
    if not any(isinstance(one, dict) for one in found):
        raise Unreadable("not an object")
    return found


def read(item: Any) -> Told:
    """Return what one event tells. Raises Unreadable where it is of no known shape."""
    if not isinstance(item, dict):
        raise Unreadable("not an object")
    kind = first(MAX_WORD, item.get("type")).upper()
    event_id = text(item.get("id"), MAX_ID) if kind else ""
    if kind not in ("", "MESSAGE", "MESSAGE_STATUS") or _is_of_another_channel(item):
        return Unrelated(word=_small(kind), event_id=event_id)
    if kind == "MESSAGE" or (not kind and _is_inbound(item)):
        return _inbound(item, event_id)
    return _status(item, event_id)


def _status(item: dict[str, Any], event_id: str) -> StatusUpdate:
    word = _small(_found(item, "word", MAX_WORD))
    if not word:
        raise Unreadable("it tells no status")
    told = {
        "external_id": _found(item, "external_id", MAX_ID),
        "gateway_message_id": _found(item, "gateway_message_id", MAX_NUMBER_ID),
        "channel_message_id": _found(item, "channel_message_id", MAX_ID),
    }
    if not any(told.values()):
        raise Unreadable("it names no message")
    why = " · ".join(_cause_texts(item))[:MAX_TEXT]
    return StatusUpdate(
        word=word,
        event_id=event_id,
        happened_at=_happened_at(item),
        code=_found(item, "code", MAX_CODE) or _code_in(why),
        text=why,
        **told,
    )


def _inbound(item: dict[str, Any], event_id: str) -> Told:
    message = item.get("message") if isinstance(item.get("message"), dict) else item
    direction = first(10, at(message, "direction"), item.get("direction")).upper()
    if direction == "OUT":
        return Unrelated(word="message out", event_id=event_id)
    sender = first(40, at(message, "from"), item.get("from"))
    if not sender:
        raise Unreadable("it names no sender")
    return Inbound(
        sender=sender,
        text=_said(message),
        name=_name(message),
        event_id=event_id,
        happened_at=_happened_at(item),
    )


def _said(message: Any) -> str:
    contents = at(message, "contents")
    for content in contents if isinstance(contents, list) else []:
        if said := first(MAX_TEXT, at(content, "text"), at(content, "payload")):
            return said
    return first(MAX_TEXT, at(message, "text"))


def _name(message: Any) -> str:
    """Return the person's name: of the visitor, or of the `json` content that version 1 had."""
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


def _small(word: str) -> str:
    """Return a word in small letters, of which a few scripts need more than of capitals."""
    return word.lower()[:MAX_WORD]


def _code_in(why: str) -> str:
    """Return WhatsApp's six digits where they stand in the words alone."""
    found = _CODE.search(why)
    return found[0] if found else ""


def _cause_texts(item: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(filter(None, (text(at(item, *place), MAX_TEXT) for place in _CAUSE_TEXTS))))
