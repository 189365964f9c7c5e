"""Why a message was not delivered, and what the console does about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise


class Effect(Enum):
    """What the console does besides recording a failure. It never sends the message again by itself."""

    NOTHING = "nothing"
    WAIT = "wait"  # the message may be delivered later, as a new send
    SLOW_DOWN = "slow down"  # the integration pauses for a short time
    PAUSE_TEMPLATE = "pause template"
    STOP_INTEGRATION = "stop integration"


@dataclass(frozen=True)
class Cause:
    """What an error code means, in words for an operator, and its effect."""

    meaning: str | Promise
    advice: str | Promise
    effect: Effect = Effect.NOTHING
