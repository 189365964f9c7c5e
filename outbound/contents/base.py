"""The base of the content types: fields, validation of raw JSON, warnings, and the JSON for the wire."""

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
    """One validated content. Subclasses declare its type, its fields and the rules across fields."""

    value: Json

    TYPE: ClassVar[str]
    LABEL: ClassVar[Promise]
    HELP: ClassVar[Promise]
    ICON: ClassVar[str]  # a name in the symbol font of the admin theme
    FIELDS: ClassVar[Sequence[Field]]
    # Limits on the total length of several lists, as (path of the nested lists, maximum).
    CAPS: ClassVar[Sequence[tuple[tuple[str, ...], int]]] = ()
    # Attributes that only the console uses.
    NOT_SENT: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def clean(cls, raw: Json) -> Content:
        """Return the content for `raw`, the JSON of the wire or of the composer.

        Raises ValidationError with all problems in an `error_dict` keyed by dotted path.
        """
        problems = Problems()
        typed = {key: value for key, value in raw.items() if key != "type"}
        value = clean_fields(cls.FIELDS, typed, (), problems)
        cls.check(value, problems)
        problems.raise_if_any()
        return cls(value)

    @classmethod
    def check(cls, value: Json, problems: Problems) -> None:
        """Add the problems that concern several fields together."""

    def warnings(self) -> list[ValidationError]:
        """Return what a person should check before sending, although the gateway may accept it."""
        return []

    def for_wire(self) -> Json:
        """Return the object for the `contents` of the request."""
        sent = {name: value for name, value in self.value.items() if name not in self.NOT_SENT}
        return {"type": self.TYPE} | sent

    @classmethod
    def describe(cls) -> Json:
        """Return the description from which the composer in the browser draws the form."""
        return {
            "type": cls.TYPE,
            "label": str(cls.LABEL),
            "help": str(cls.HELP),
            "icon": cls.ICON,
            "caps": [{"path": list(path), "max": maximum} for path, maximum in cls.CAPS],
            "fields": [part.describe() for part in cls.FIELDS],
        }


def repeated(values: Sequence[object]) -> set[int]:
    """Return the positions of values that occur earlier in `values`."""
    return {index for index, value in enumerate(values) if value is not None and value in values[:index]}
