"""A request to a gateway and its possible results; the class of an error says what may be done next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

MAX_ANSWER_LENGTH = 2048
# Bounds of the wait that a gateway may ask for, and the wait where it names none.
SHORTEST_ASKED_WAIT = timedelta(seconds=1)
USUAL_ASKED_WAIT = timedelta(minutes=1)
LONGEST_ASKED_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Outgoing:
    """One request: its address, its credential and the exact body.

    `server_errors_mean_not_sent` is a setting of its integration. `send_before` is a time of the boot clock
    after which no byte may leave: the claim of a process that was frozen may have been given up meanwhile.
    """

    address: str
    token: str = field(repr=False)
    payload: str
    external_id: str
    server_errors_mean_not_sent: bool = False
    send_before: float | None = None


@dataclass(frozen=True)
class Accepted:
    """The gateway accepted the message. `status` is its own word, as received."""

    status: str
    message_id: str
    contact_id: str
    http_status: int
    answer: str


class GatewayError(Exception):
    """The gateway did not accept the message, or it is unknown whether it did. Never holds the token.

    `stops` is a sentence for the operator when every further message would fail too until a person acts;
    otherwise it is empty.
    """

    def __init__(self, *, http_status: int | None = None, answer: str = "", stops: str = "") -> None:
        super().__init__(f"{type(self).__name__} (HTTP {http_status})")
        self.http_status = http_status
        self.answer = answer[:MAX_ANSWER_LENGTH]
        self.stops = stops


class Refused(GatewayError):
    """The gateway will never accept this message as it is."""


class NotSent(GatewayError):
    """The message was certainly not accepted and may be tried again.

    `counts` says whether the attempt counts towards giving up, which happens after `most_tries` attempts,
    or after the usual number when it is None.
    """

    def __init__(
        self,
        *,
        http_status: int | None = None,
        answer: str = "",
        stops: str = "",
        most_tries: int | None = None,
        counts: bool = True,
    ) -> None:
        super().__init__(http_status=http_status, answer=answer, stops=stops)
        self.most_tries = most_tries
        self.counts = counts and not stops


class Throttled(NotSent):
    """The gateway asks to wait. The attempt does not count, since the message is not at fault."""

    def __init__(
        self, *, wait: timedelta = USUAL_ASKED_WAIT, http_status: int | None = None, answer: str = ""
    ) -> None:
        super().__init__(http_status=http_status, answer=answer, counts=False)
        self.wait = wait


class Ambiguous(GatewayError):
    """The request may have arrived and may have been accepted, so it is never sent again by machine."""
