"""One entry of the timeline of a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """What happened and when; `answer` is the text of the gateway, `cause` the meaning of its code."""

    what: str
    at: datetime | None
    tone: str = "neutral"
    detail: str = ""
    answer: str = ""
    cause: str = ""
