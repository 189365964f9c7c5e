"""What every content type is: fields, a way to clean raw JSON, warnings, and the JSON for the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from outbound.contents.errors import Problems
from outbound.contents.fields import Field, clean_fields

Json = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """One cleaned content. Subclasses say its type, its fields and the rules that span several fields."""

    value: Json

    TYPE: ClassVar[str]
    LABEL: ClassVar[Promise]
    HELP: ClassVar[Promise]
    ICON: ClassVar[str]  # a name of the skin's symbol font
    FIELDS: ClassVar[Sequence[Field]]
    # Limits over several lists at once, as (path of the nested lists, maximum).
    CAPS: ClassVar[Sequence[tuple[tuple[str, ...], int]]] = ()
    # Attributes for the console alone, never sent.
    NOT_SENT: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def clean(cls, raw: Json) -> Content:
        """Return the content that `raw` (the wire's JSON, or what the composer made) stands for.

        Raises ValidationError with an `error_dict` keyed by dotted path, everything wrong at once.
        """
        problems = Problems()
        typed = {key: value for key, value in raw.items() if key != "type"}
        value = clean_fields(cls.FIELDS, typed, (), problems)
        cls.check(value, problems)
        problems.raise_if_any()
        return cls(value)

    @classmethod
    def check(cls, value: Json, problems: Problems) -> None:
        """Add problems that need more than one field to see."""

    def warnings(self) -> list[ValidationError]:
        """Return what a person should look at before sending, though the gateway may take it."""
        return []

    def for_wire(self) -> Json:
        """Return the object that goes into the request's `contents`."""
        sent = {name: value for name, value in self.value.items() if name not in self.NOT_SENT}
        return {"type": self.TYPE} | sent

    @classmethod
    def describe(cls) -> Json:
        """Return what the composer in the browser needs to draw this type's form."""
        return {
            "type": cls.TYPE,
            "label": str(cls.LABEL),
            "help": str(cls.HELP),
            "icon": cls.ICON,
            "caps": [{"path": list(path), "max": maximum} for path, maximum in cls.CAPS],
            "fields": [part.describe() for part in cls.FIELDS],
        }


def repeated(values: Sequence[object]) -> set[int]:
    """Return the positions whose value stood earlier in `values` already."""
    return {index for index, value in enumerate(values) if value is not None and value in values[:index]}
