"""One alert of the home page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Alert:
    """A sentence with an icon. `tone` is `success` or `warning`; `url` is the page it is about, or ""."""

    icon: str
    text: str
    tone: str
    url: str = ""
