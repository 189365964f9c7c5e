"""The kinds of fields of a content.

Each validates a raw value and describes itself to the composer in the browser, so that the form and the
server share its limits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbound.contents import links
from outbound.contents.errors import Path, Problems
from outbound.contents.texts import clean_text, is_blank

Label = str | Promise
MISSING: Any = object()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One attribute of the wire's JSON: its name there, its label for people, and its rules."""

    name: str
    label: Label
    help: Label = ""
    required: bool = False
    kind: str = "text"
    code_name: str = ""  # its name in error codes, where `name` is too general

    def clean(self, raw: object, path: Path, problems: Problems) -> Any:
        """Return the value for the wire, or MISSING; add what is wrong to `problems`."""
        if raw is MISSING or raw is None or raw == "":
            if self.required:
                self.add_required(path, problems)
            return MISSING
        return self.clean_value(raw, path, problems)

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        raise NotImplementedError

    def add_required(self, path: Path, problems: Problems) -> None:
        problems.add(path, _("Fill this in."), self.code("required"))

    def code(self, suffix: str) -> str:
        return f"{self.code_name or _snake(self.name)}_{suffix}"

    def describe(self) -> dict[str, Any]:
        """Return the description of this field for the browser, in the user's language."""
        return {
            "name": self.name,
            "kind": self.kind,
            "label": str(self.label),
            "help": str(self.help),
            "required": self.required,
        }


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A text; `max_length` counts code points, as Python's `len()` does (FACTS.md, "Limits of WhatsApp")."""

    max_length: int | None = None
    multiline: bool = False
    suggestions: Sequence[str] = ()
    placeholder: str = ""
    unique: bool = False  # different in each item, so a duplicated item starts without it

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        text = clean_text(raw, path, problems)
        if text is None:
            return MISSING
        if is_blank(text):
            if self.required or text:
                problems.add(path, _("Fill this in; blank characters alone are not enough."), "field_blank")
            return MISSING
        if self.max_length and len(text) > self.max_length:
            problems.add(
                path,
                _("At most %(max)s characters; this has %(length)s."),
                self.code("too_long"),
                max=self.max_length,
                length=len(text),
            )
        return text

    def describe(self) -> dict[str, Any]:
        extra = {
            "maxLength": self.max_length,
            "multiline": self.multiline,
            "suggestions": list(self.suggestions),
            "placeholder": self.placeholder,
            "unique": self.unique,
        }
        return super().describe() | {key: value for key, value in extra.items() if value}


@dataclass(frozen=True, kw_only=True)
class Url(Text):
    """An address for the gateway or the recipient's phone; the console never opens it."""

    kind: str = "url"
    placeholder: str = "https://"

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        text = clean_text(raw, path, problems, strip=False)
        if text is None:
            return MISSING
        problem = links.problem_with(text.strip(" "))
        if problem:
            problems.add(path, links.MESSAGES[problem], self.code(problem))
        return text.strip(" ")


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A decimal number in a range, with a point or a comma."""

    minimum: float
    maximum: float
    kind: str = "number"

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        number = _number(raw)
        if number is None:
            problems.add(path, _("Write a number, like -23.5422 or -23,5422."), "number_invalid")
            return MISSING
        if not self.minimum <= number <= self.maximum:
            problems.add(
                path,
                _("Between %(min)s and %(max)s."),
                self.code("range"),
                min=f"{self.minimum:g}",
                max=f"{self.maximum:g}",
            )
        return number


@dataclass(frozen=True, kw_only=True)
class Group(Field):
    """A nested object. `constants` are its fixed attributes, such as its `type`."""

    fields: Sequence[Field]
    constants: dict[str, str] = field(default_factory=dict)
    kind: str = "group"

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(raw, dict):
            problems.add(path, _("This must be an object."), "object_required")
            return MISSING
        typed = {key: value for key, value in raw.items() if self.constants.get(key) != value}
        if not self.required and all(value in ("", None) for value in typed.values()):
            return MISSING
        return self.constants | clean_fields(self.fields, typed, path, problems)

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"fields": [part.describe() for part in self.fields]}


@dataclass(frozen=True, kw_only=True)
class Many(Field):
    """A list of objects of one shape."""

    item_label: Label
    add_label: Label
    fields: Sequence[Field]
    maximum: int
    kind: str = "many"
    required_suffix: str = "min_1"

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            problems.add(path, _("This must be a list of objects."), "list_required")
            return MISSING
        if not raw:
            self.add_required(path, problems)
        if len(raw) > self.maximum:
            problems.add(
                path,
                _("At most %(max)s; there are %(count)s."),
                self.code(f"max_{self.maximum}"),
                max=self.maximum,
                count=len(raw),
            )
        return [clean_fields(self.fields, item, (*path, index), problems) for index, item in enumerate(raw)]

    def add_required(self, path: Path, problems: Problems) -> None:
        problems.add(path, _("Add at least one."), self.code(self.required_suffix))

    def describe(self) -> dict[str, Any]:
        return super().describe() | {
            "itemLabel": str(self.item_label),
            "addLabel": str(self.add_label),
            "min": int(self.required),
            "max": self.maximum,
            "fields": [part.describe() for part in self.fields],
        }


def clean_fields(
    fields: Sequence[Field], raw: dict[str, Any], path: Path, problems: Problems
) -> dict[str, Any]:
    """Return an object with each attribute cleaned, without the empty optional ones."""
    for name in raw.keys() - {part.name for part in fields}:
        problems.add((*path, name), _("The gateway knows no such attribute."), "attribute_unknown")
    cleaned = {
        part.name: part.clean(raw.get(part.name, MISSING), (*path, part.name), problems) for part in fields
    }
    return {name: value for name, value in cleaned.items() if value is not MISSING}


def _number(raw: object) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        raw = raw.strip().replace(",", ".")
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", raw):
            return None
        raw = float(raw)
    # An integer may be too large for a float.
    if isinstance(raw, int | float) and -math.inf < raw < math.inf:
        return raw
    return None


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
