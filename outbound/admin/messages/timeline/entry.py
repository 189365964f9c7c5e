"""One line of a message's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Moment:
    """What happened and when; `answer` holds the gateway's own words, `cause` what they mean."""

    what: str
    at: datetime | None
    tone: str = "neutral"
    detail: str = ""
    answer: str = ""
    cause: str = ""
