"""Builds the events that the gateway posts back.

Their shapes are those of outbound/gateways/zenvia/FACTS.md, "Webhook: statuses" and "Webhook: inbound".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from uuid import uuid4

from outbound.sandbox.playback.answers import Receipt

Event = dict[str, Any]

CHANNEL = "whatsapp"
BUSINESS_NUMBER = "5511300000000"
SUBSCRIPTION_ID = "6f0d4ce5-2a51-4f0c-9d3b-0a4f3a7d1c11"
BRASILIA = timezone(timedelta(hours=-3))
BRAZIL = "55"
NATIONAL_LENGTHS = (10, 11)
# Areas in which WhatsApp ids have the ninth digit of a mobile; here all ids of the other areas lack it.
KEEP_NINTH_DIGIT = frozenset({*map(str, range(11, 20)), "21", "22", "24", "27", "28"})


class Cause(NamedTuple):
    """Why WhatsApp did not deliver."""

    code: str
    reason: str


UNREACHABLE = Cause("131026", "Message undeliverable")
WINDOW_OVER = Cause("131047", "Re-engagement message")
ACCOUNT_LOCKED = Cause("131031", "Business account locked")
TEMPLATE_PAUSED = Cause("132015", "Template is paused")


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """A message that the gateway accepted. `channel_id` is Zenvia's own id, which no response contains."""

    destination: str
    receipt: Receipt
    channel_id: str = field(default_factory=lambda: str(uuid4()))


def status(taken: AcceptedMessage, code: str, cause: Cause | None = None) -> Event:
    """Return a MESSAGE_STATUS of version 2."""
    told: Event = {"code": code, "timestamp": _instant(), "channel": CHANNEL, "direction": "OUT"}
    if cause:
        told["causes"] = [{"channelErrorCode": cause.code, "reason": cause.reason, "details": cause.reason}]
    return _event(
        "MESSAGE_STATUS",
        messageId=taken.channel_id,
        contentIndex=0,
        message=_named(taken)
        | {"contentIndex": 0, "direction": "OUT", "from": BUSINESS_NUMBER, "to": whatsapp_id(taken)},
        messageStatus=told,
    )


def flat(taken: AcceptedMessage, word: str) -> Event:
    """Return a status as a flat body, in the words of the endpoint's response."""
    receipt = taken.receipt
    return {
        "status": word,
        "external_id": receipt.external_id,
        "message_id": receipt.message_id,
        "contact_id": receipt.contact_id,
    }


def older(taken: AcceptedMessage, code: str, at: str, cause: Cause | None = None) -> Event:
    """Return a status in the older form: no event id, message ids at the root, error codes as numbers."""
    told: Event = {"code": code, "timestamp": at}
    if cause:
        told |= {"causes": [{"channelErrorCode": int(cause.code)}], "cause": cause.reason}
    return {
        "type": "MESSAGE_STATUS",
        "channel": CHANNEL,
        "messageId": taken.channel_id,
        "externalId": taken.receipt.external_id,
        "messageStatus": told,
    }


def answer(taken: AcceptedMessage, text: str) -> Event:
    """Return the MESSAGE event of a person's answer; it never has an external id."""
    return _event(
        "MESSAGE",
        direction="IN",
        message={
            "id": str(uuid4()),
            "from": whatsapp_id(taken),
            "to": BUSINESS_NUMBER,
            "direction": "IN",
            "channel": CHANNEL,
            "visitor": {"name": "Sandbox", "firstName": "Sandbox"},
            "contents": [{"type": "text", "text": text}],
        },
    )


def redelivered(event: Event) -> Event:
    """Return an event as it is delivered again: the same id, another time."""
    return event | {"timestamp": _instant()}


def twelve_hour_time() -> str:
    """Return the current time as some senders write it: `2024-03-29 07:55:58 pm`, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%d %I:%M:%S %p").lower()


def local_time() -> str:
    """Return the current time in Brasília, with its offset."""
    return datetime.now(BRASILIA).isoformat(timespec="seconds")


def whatsapp_id(taken: AcceptedMessage) -> str:
    """Return a person's WhatsApp id: with 55, and in most areas without the ninth digit."""
    number = taken.destination
    if len(number) in NATIONAL_LENGTHS:
        number = BRAZIL + number
    area, local = number[2:4], number[4:]
    is_mobile = number.startswith(BRAZIL) and len(local) == 9 and local.startswith("9")
    return BRAZIL + area + local[1:] if is_mobile and area not in KEEP_NINTH_DIGIT else number


def dumps(event: object) -> bytes:
    """Return the body that is posted."""
    return json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")


def _event(kind: str, **values: Any) -> Event:
    return {
        "id": str(uuid4()),
        "timestamp": _instant(),
        "subscriptionId": SUBSCRIPTION_ID,
        "type": kind,
        "channel": CHANNEL,
        **values,
    }


def _named(taken: AcceptedMessage) -> Event:
    own = taken.receipt.external_id
    return {"id": taken.channel_id} | ({} if own is None else {"externalId": own})


def _instant() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
