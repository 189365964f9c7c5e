"""The card above a form: how the record stands, and where a person can go from here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One line. With a `badge` (info, success, warning, danger) the value is a coloured label."""

    label: str
    value: str
    badge: str = ""


@dataclass(frozen=True)
class Link:
    """One button that leads to a page. `kind` is primary, danger or nothing."""

    label: str
    url: str
    kind: str = ""


@dataclass
class Card:
    title: str
    facts: list[Fact] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    note: str = ""
