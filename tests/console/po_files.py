"""Reads gettext's .po and .mo files."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from gettext import GNUTranslations
from pathlib import Path

Key = str | tuple[str, int]

PLACEHOLDER = re.compile(r"%\(\w+\)\w|%s|\{[^{}]*\}")
_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*(".*")')


@dataclass
class Entry:
    """One entry of a .po file; `parts` maps its keywords, such as `msgstr[1]`, to their texts."""

    parts: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    is_obsolete: bool = False

    @property
    def msgid(self) -> str:
        return self.parts.get("msgid", "")

    @property
    def plural(self) -> str:
        return self.parts.get("msgid_plural", "")

    @property
    def name(self) -> tuple[str, str, str]:
        """What tells it from every other entry."""
        return self.parts.get("msgctxt", ""), self.msgid, self.plural

    @property
    def texts(self) -> list[str]:
        """Its translations: one, or one for each plural form."""
        return [text for keyword, text in self.parts.items() if keyword.startswith("msgstr")]

    def compiled(self) -> dict[Key, str]:
        """Return what gettext makes of it."""
        context = self.parts.get("msgctxt")
        msgid = self.msgid if context is None else f"{context}\x04{self.msgid}"
        if self.plural:
            return {(msgid, form): text for form, text in enumerate(self.texts)}
        return {msgid: self.texts[0]}


def read_po(path: Path) -> list[Entry]:
    """Return all entries of a .po file, the header (whose msgid is empty) and the obsolete ones included."""
    entries = [Entry()]
    keyword = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        is_obsolete = line.startswith("#~")
        said = _KEYWORD.match(line.removeprefix("#~").strip())
        is_comment = not said and line.startswith("#")
        starts_anew = is_comment or (said and said[1] in ("msgctxt", "msgid"))
        if starts_anew and entries[-1].texts:
            entries.append(Entry())
        entry = entries[-1]
        if line.startswith("#,"):
            entry.flags |= {flag.strip() for flag in line[2:].split(",")}
        elif said:
            keyword = said[1] or keyword
            entry.parts[keyword] = entry.parts.get(keyword, "") + ast.literal_eval(said[2])
            entry.is_obsolete = is_obsolete
    return [entry for entry in entries if entry.texts]


def read_mo(path: Path) -> dict[Key, str]:
    """Return what gettext finds in a .mo file: the text of each msgid, and of each plural form of it."""
    with path.open("rb") as file:
        return dict(GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def msgid_of(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))
