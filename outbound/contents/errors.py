"""Errors by path, such as `sections.0.rows.3.title`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

Path = tuple[str | int, ...]
Result = TypeVar("Result")


class Problems:
    """Collects everything that is wrong, by dotted path, to be reported at once."""

    def __init__(self) -> None:
        self.found: dict[str, list[ValidationError]] = {}

    def add(self, path: Path, message: Any, code: str, **params: Any) -> None:
        """Add one problem at `path`; `code` is its stable name."""
        error = ValidationError(message, code=code, params=params or None)
        self.found.setdefault(dotted(path), []).append(error)

    def collect(self, prefix: str, work: Callable[[], Result]) -> Result | None:
        """Return what `work` returns, or None after adding its validation errors below `prefix`."""
        try:
            return work()
        except ValidationError as error:
            for path, errors in error.error_dict.items():
                self.found.setdefault(".".join(filter(None, (prefix, path))), []).extend(errors)
            return None

    def raise_if_any(self) -> None:
        """Raise ValidationError with an `error_dict` of dotted paths, if there are problems."""
        if self.found:
            raise ValidationError(self.found)


def dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
