"""One line of the first page: what needs somebody, or that all is well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Alert:
    """One line with a symbol. `tone` is `success` or `warning`; `url` leads to what it speaks of."""

    icon: str
    text: str
    tone: str
    url: str = ""
