"""Values and errors that any gateway speaks in. The error class carries the decision."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MAX_ANSWER_LENGTH = 2048
# What a gateway may ask for. One that asks for more is asked again instead of waited for in silence; one
# that says nothing readable gets a minute; and none is asked again at once, for ever.
SHORTEST_ASKED_WAIT = timedelta(seconds=1)
USUAL_ASKED_WAIT = timedelta(minutes=1)
LONGEST_ASKED_WAIT = timedelta(hours=1)


def boot_clock() -> float:
    """Return seconds on a clock that nobody sets, and that counts while the machine sleeps, if it has one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True)
class Outgoing:
    """One request: where it goes, what opens the door, and the exact body.

    `server_errors_mean_not_sent` is the switch of its integration. `send_before` is on the boot clock: a
    process that was frozen may find its mark given up meanwhile, so later than that no byte may leave.
    """

    address: str
    token: str = field(repr=False)
    payload: str
    external_id: str
    server_errors_mean_not_sent: bool = False
    send_before: float | None = None


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
    """It is certain that nothing was taken; the same message may be tried again.

    `counts` says whether the try brings the message nearer to being given up, which is after
    `most_tries` of them where that is set, and after the usual number elsewhere.
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
    """The gateway asks to wait, which is no fault of the message. Such a try is not counted."""

    def __init__(
        self, *, wait: timedelta = USUAL_ASKED_WAIT, http_status: int | None = None, answer: str = ""
    ) -> None:
        super().__init__(http_status=http_status, answer=answer, counts=False)
        self.wait = wait


class Ambiguous(GatewayError):
    """The request may have left and may have been taken; nobody may send it again by machine."""


@dataclass(frozen=True, kw_only=True)
class StatusUpdate:
    """One status that the webhook told, as it was written there; texts are empty where it said nothing.

    `word` is the status in lower case. `external_id` is ours, `gateway_message_id` the number of the
    endpoint's answer, `channel_message_id` Zenvia's own. `code` and `text` say why a delivery failed.
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
    """One message of a person: whose number, as it was written, and the text where there was one."""

    sender: str
    text: str = ""
    name: str = ""
    event_id: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Unrelated:
    """An event that speaks of something else: a call, another channel, a message of ours coming back."""

    word: str = ""
    event_id: str = ""


Told = StatusUpdate | Inbound | Unrelated


class Unreadable(Exception):
    """A webhook's body says nothing that we know how to read; the argument is why, in English."""
