"""Values and errors that any gateway speaks in. The error class carries the decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

MAX_ANSWER_LENGTH = 2048


@dataclass(frozen=True)
class Outgoing:
    """One request: where it goes, what opens the door, and the exact body."""

    address: str
    token: str = field(repr=False)
    payload: str
    external_id: str


@dataclass(frozen=True)
class Accepted:
    """The gateway took the message. `status` is its own word, kept as it came."""

    status: str
    message_id: str
    contact_id: str
    http_status: int
    answer: str


class GatewayError(Exception):
    """The gateway did not take the message, or we cannot tell. Holds the evidence, never the token.

    `stops` is a sentence for the operator where no other message would fare better until a person has
    looked; it is empty otherwise.
    """

    def __init__(self, *, http_status: int | None = None, answer: str = "", stops: str = "") -> None:
        super().__init__(f"{type(self).__name__} (HTTP {http_status})")
        self.http_status = http_status
        self.answer = answer[:MAX_ANSWER_LENGTH]
        self.stops = stops


class Refused(GatewayError):
    """This message will never be taken as it is."""


class NotSent(GatewayError):
    """It is certain that nothing was taken; the same message may be tried again."""


class Throttled(NotSent):
    """The gateway asks to wait. Such a try is not counted."""

    def __init__(
        self, *, wait: timedelta | None = None, http_status: int | None = None, answer: str = ""
    ) -> None:
        super().__init__(http_status=http_status, answer=answer)
        self.wait = wait


class Ambiguous(GatewayError):
    """The request may have left and may have been taken; nobody may send it again by machine."""
