"""The events that follow an accepted message, chosen by the last four digits of its destination."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from outbound.sandbox.playback import events
from outbound.sandbox.playback.events import (
    ACCOUNT_LOCKED,
    TEMPLATE_PAUSED,
    UNREACHABLE,
    WINDOW_OVER,
    AcceptedMessage,
    Cause,
    Event,
    status,
)

# A script yields seconds to wait and bodies to post.
Steps = Iterator[float | Event | list[Event]]

WAITS = {"SENT": 0.5, "DELIVERED": 1.5, "READ": 4.0}
USUAL_WAIT = 1.5
AGAIN_WAIT = 1.0
LATE_SECONDS = 10.0
# Last digits of people who have read receipts switched off.
NEVER_READ = ("3", "7")
# Endings that leave a message unconfirmed: its status comes late, so that this can be seen.
UNCONFIRMED = "06"


@dataclass(frozen=True, slots=True)
class EventScript:
    """A course of events. `before_response`: they are posted before the response to the request."""

    name: str
    description: str
    steps: Callable[[AcceptedMessage], Steps]
    before_response: bool = False


def script_for(destination: str) -> EventScript:
    """Return the script for a message that was accepted for `destination`."""
    ending = destination[-4:]
    return SCRIPTS.get(ending, _LATE_STATUS if ending.startswith(UNCONFIRMED) else _USUAL)


def storm(about: Sequence[AcceptedMessage], count: int) -> list[Event]:
    """Return `count` statuses of some messages, shuffled, a fifth of them exact copies."""
    codes = ("SENT", "DELIVERED", "READ")
    if not about:
        return []
    told = [status(about[n // 3 % len(about)], codes[n % 3]) for n in range(count - count // 5)]
    told += random.choices(told, k=count // 5) if told else []
    random.shuffle(told)
    return told


def table() -> str:
    """Return the scripts as lines of text, for `--help`."""
    lines = [f"  {script.name:<9}  {script.description}" for script in ALL]
    return "\n".join(["What is posted to the webhook after a message was taken, if one is known:", *lines])


def _statuses(taken: AcceptedMessage, *codes: str) -> Steps:
    for code in codes:
        yield WAITS.get(code, USUAL_WAIT)
        yield status(taken, code)


def _usual(taken: AcceptedMessage) -> Steps:
    yield from _statuses(taken, "SENT", "DELIVERED")
    if not taken.destination.endswith(NEVER_READ):
        yield from _statuses(taken, "READ")


def _in_order(taken: AcceptedMessage) -> Steps:
    return _statuses(taken, "SENT", "DELIVERED", "READ")


def _shuffled(taken: AcceptedMessage) -> Steps:
    return _statuses(taken, "READ", "SENT", "DELIVERED")


def _repeated(taken: AcceptedMessage) -> Steps:
    for code in ("SENT", "DELIVERED", "READ"):
        yield WAITS[code]
        event = status(taken, code)
        yield from (event, event)
        yield AGAIN_WAIT
        yield events.redelivered(event)


def _at_once(taken: AcceptedMessage) -> Steps:
    yield from (status(taken, code) for code in ("SENT", "DELIVERED", "READ"))


def _late(taken: AcceptedMessage) -> Steps:
    yield from _statuses(taken, "SENT")
    yield LATE_SECONDS
    yield status(taken, "DELIVERED")


def _late_status(taken: AcceptedMessage) -> Steps:
    yield LATE_SECONDS
    yield from _statuses(taken, "SENT", "DELIVERED")


def _never(taken: AcceptedMessage) -> Steps:
    return iter(())


def _failing(cause: Cause, *before: str) -> Callable[[AcceptedMessage], Steps]:
    def steps(taken: AcceptedMessage) -> Steps:
        yield from _statuses(taken, *before)
        yield USUAL_WAIT
        yield status(taken, "NOT_DELIVERED", cause)

    return steps


def _flat(taken: AcceptedMessage) -> Steps:
    for word in ("sent", "delivered", "read"):
        yield WAITS[word.upper()]
        yield events.flat(taken, word)


def _array(taken: AcceptedMessage) -> Steps:
    yield USUAL_WAIT
    yield [status(taken, "SENT"), status(taken, "DELIVERED")]


def _answering(text: str) -> Callable[[AcceptedMessage], Steps]:
    def steps(taken: AcceptedMessage) -> Steps:
        yield from _statuses(taken, "SENT", "DELIVERED")
        yield USUAL_WAIT
        yield events.answer(taken, text)

    return steps


def _as_older_senders(taken: AcceptedMessage) -> Steps:
    yield WAITS["SENT"]
    yield events.older(taken, "SENT", events.twelve_hour_time())
    yield USUAL_WAIT
    yield events.older(taken, "NOT_DELIVERED", events.local_time(), UNREACHABLE)


_USUAL = EventScript("any other", "sent, delivered, and read unless the number ends in 3 or 7", _usual)
_LATE_STATUS = EventScript(
    f"other {UNCONFIRMED}", "nothing for 10 s, then sent, delivered: ends a doubt", _late_status
)
_TABLE = (
    EventScript("0604", "never any event: the doubt stays", _never),
    EventScript("0700", "sent, delivered, read", _in_order),
    EventScript("0701", "the same, shuffled: read, sent, delivered", _shuffled),
    EventScript("0702", "each three times: twice the same, then with another time", _repeated),
    EventScript(
        "0703", "sent, delivered, read, all before the request is answered", _at_once, before_response=True
    ),
    EventScript("0704", "sent, and delivered 10 s later", _late),
    EventScript("0705", "never any event", _never),
    EventScript("0706", "sent, then not delivered: 131026, not on WhatsApp", _failing(UNREACHABLE, "SENT")),
    EventScript("0707", "sent, then not delivered: 131047, window over", _failing(WINDOW_OVER, "SENT")),
    EventScript("0708", "not delivered (131026) after delivered", _failing(UNREACHABLE, "SENT", "DELIVERED")),
    EventScript("0709", "sent, delivered, read as flat bodies with status, external_id, message_id", _flat),
    EventScript("0710", "sent and delivered in one array", _array),
    EventScript(
        "0711", "sent, then the unknown word WOBBLED", lambda taken: _statuses(taken, "SENT", "WOBBLED")
    ),
    EventScript("0712", "delivered, then the person answers SAIR", _answering("SAIR")),
    EventScript("0713", "delivered, then the person answers “Sim, confirmo”", _answering("Sim, confirmo")),
    EventScript("0714", "as older senders: odd times, no event id, 131026 as a number", _as_older_senders),
    EventScript("0715", "not delivered: 131031, account locked", _failing(ACCOUNT_LOCKED, "SENT")),
    EventScript("0716", "not delivered: 132015, template paused", _failing(TEMPLATE_PAUSED, "SENT")),
)
SCRIPTS = {script.name: script for script in _TABLE}
ALL = (_LATE_STATUS, *_TABLE, _USUAL)
