"""Events of a webhook after parsing, in the same form for every gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class StatusUpdate:
    """A new status of one message; a text is empty where the event has none.

    `word` is the status as written, in lower case. `external_id` is ours, `gateway_message_id` is the number
    in the gateway's response, `channel_message_id` is the provider's own id. `code` and `text` say why a
    delivery failed.
    """

    word: str
    event_id: str = ""
    external_id: str = ""
    gateway_message_id: str = ""
    channel_message_id: str = ""
    happened_at: datetime | None = None
    code: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message that a person sent. `sender` is their number as written; `text` may be empty."""

    sender: str
    text: str = ""
    name: str = ""
    event_id: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Unrelated:
    """An event about something else: a call, another channel, or a message of ours coming back."""

    word: str = ""
    event_id: str = ""


ParsedEvent = StatusUpdate | Inbound | Unrelated


class Unreadable(Exception):
    """The body of a webhook request has no known form. The argument says why, in English."""
