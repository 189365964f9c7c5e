"""The card above the form of a record: its state, and links to related pages and actions."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One label and value. With a `badge` (info, success, warning, danger) the value is a coloured label."""

    label: str
    value: str
    badge: str = ""


@dataclass(frozen=True)
class Link:
    """A link styled as a button. `kind` is primary, danger or ""."""

    label: str
    url: str
    kind: str = ""


@dataclass
class Card:
    title: str
    facts: list[Fact] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    note: str = ""
