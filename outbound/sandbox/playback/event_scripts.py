"""What becomes of a message that was taken: the last four digits of its destination choose the story."""

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
    Cause,
    Event,
    Taken,
    status,
)

# A story yields seconds to wait, and bodies to post.
Play = Iterator[float | Event | list[Event]]

WAITS = {"SENT": 0.5, "DELIVERED": 1.5, "READ": 4.0}
USUAL_WAIT = 1.5
AGAIN_WAIT = 1.0
LATE_SECONDS = 10.0
# Some people never let anybody know that they read.
NEVER_READ = ("3", "7")
# Endings whose answer leaves a client in doubt: the truth comes late, so that the doubt can be seen.
DOUBTFUL = "06"


@dataclass(frozen=True, slots=True)
class Story:
    """One way it can go. `comes_first`: it is told before the request is answered."""

    name: str
    description: str
    play: Callable[[Taken], Play]
    comes_first: bool = False


def chosen(destination: str) -> Story:
    """Return what becomes of a message that was taken for `destination`."""
    ending = destination[-4:]
    return STORIES.get(ending, _LATE_TRUTH if ending.startswith(DOUBTFUL) else _USUAL)


def storm(about: Sequence[Taken], count: int) -> list[Event]:
    """Return `count` statuses of some messages, shuffled, a fifth of them exact copies of others."""
    codes = ("SENT", "DELIVERED", "READ")
    if not about:
        return []
    told = [status(about[n // 3 % len(about)], codes[n % 3]) for n in range(count - count // 5)]
    told += random.choices(told, k=count // 5) if told else []
    random.shuffle(told)
    return told


def table() -> str:
    """Return the stories as lines of text, for `--help`."""
    lines = [f"  {story.name:<9}  {story.description}" for story in ALL]
    return "\n".join(["What is posted to the webhook after a message was taken, if one is known:", *lines])


def _told(taken: Taken, *codes: str) -> Play:
    for code in codes:
        yield WAITS.get(code, USUAL_WAIT)
        yield status(taken, code)


def _usual(taken: Taken) -> Play:
    yield from _told(taken, "SENT", "DELIVERED")
    if not taken.destination.endswith(NEVER_READ):
        yield from _told(taken, "READ")


def _in_order(taken: Taken) -> Play:
    return _told(taken, "SENT", "DELIVERED", "READ")


def _shuffled(taken: Taken) -> Play:
    return _told(taken, "READ", "SENT", "DELIVERED")


def _repeated(taken: Taken) -> Play:
    for code in ("SENT", "DELIVERED", "READ"):
        yield WAITS[code]
        event = status(taken, code)
        yield from (event, event)
        yield AGAIN_WAIT
        yield events.posted_again(event)


def _at_once(taken: Taken) -> Play:
    yield from (status(taken, code) for code in ("SENT", "DELIVERED", "READ"))


def _late(taken: Taken) -> Play:
    yield from _told(taken, "SENT")
    yield LATE_SECONDS
    yield status(taken, "DELIVERED")


def _late_truth(taken: Taken) -> Play:
    yield LATE_SECONDS
    yield from _told(taken, "SENT", "DELIVERED")


def _never(taken: Taken) -> Play:
    return iter(())


def _failing(cause: Cause, *before: str) -> Callable[[Taken], Play]:
    def play(taken: Taken) -> Play:
        yield from _told(taken, *before)
        yield USUAL_WAIT
        yield status(taken, "NOT_DELIVERED", cause)

    return play


def _flat(taken: Taken) -> Play:
    for word in ("sent", "delivered", "read"):
        yield WAITS[word.upper()]
        yield events.flat(taken, word)


def _array(taken: Taken) -> Play:
    yield USUAL_WAIT
    yield [status(taken, "SENT"), status(taken, "DELIVERED")]


def _answering(text: str) -> Callable[[Taken], Play]:
    def play(taken: Taken) -> Play:
        yield from _told(taken, "SENT", "DELIVERED")
        yield USUAL_WAIT
        yield events.answer(taken, text)

    return play


def _as_older_senders(taken: Taken) -> Play:
    yield WAITS["SENT"]
    yield events.older(taken, "SENT", events.spoken_time())
    yield USUAL_WAIT
    yield events.older(taken, "NOT_DELIVERED", events.local_time(), UNREACHABLE)


_USUAL = Story("any other", "sent, delivered, and read unless the number ends in 3 or 7", _usual)
_LATE_TRUTH = Story(f"other {DOUBTFUL}", "nothing for 10 s, then sent, delivered: ends a doubt", _late_truth)
_TABLE = (
    Story("0604", "never any event: the doubt stays", _never),
    Story("0700", "sent, delivered, read", _in_order),
    Story("0701", "the same, shuffled: read, sent, delivered", _shuffled),
    Story("0702", "each three times: twice the same, then with another time", _repeated),
    Story("0703", "sent, delivered, read, all before the request is answered", _at_once, comes_first=True),
    Story("0704", "sent, and delivered 10 s later", _late),
    Story("0705", "never any event", _never),
    Story("0706", "sent, then not delivered: 131026, not on WhatsApp", _failing(UNREACHABLE, "SENT")),
    Story("0707", "sent, then not delivered: 131047, window over", _failing(WINDOW_OVER, "SENT")),
    Story("0708", "not delivered (131026) after delivered", _failing(UNREACHABLE, "SENT", "DELIVERED")),
    Story("0709", "sent, delivered, read as flat bodies with status, external_id, message_id", _flat),
    Story("0710", "sent and delivered in one array", _array),
    Story("0711", "sent, then the unknown word WOBBLED", lambda taken: _told(taken, "SENT", "WOBBLED")),
    Story("0712", "delivered, then the person answers SAIR", _answering("SAIR")),
    Story("0713", "delivered, then the person answers “Sim, confirmo”", _answering("Sim, confirmo")),
    Story("0714", "as older senders: odd times, no event id, 131026 as a number", _as_older_senders),
    Story("0715", "not delivered: 131031, account locked", _failing(ACCOUNT_LOCKED, "SENT")),
    Story("0716", "not delivered: 132015, template paused", _failing(TEMPLATE_PAUSED, "SENT")),
)
STORIES = {story.name: story for story in _TABLE}
ALL = (_LATE_TRUTH, *_TABLE, _USUAL)
