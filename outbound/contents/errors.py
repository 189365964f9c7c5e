"""Errors that know where they hurt: `sections.0.rows.3.title` and not just "the list"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

Path = tuple[str | int, ...]
Result = TypeVar("Result")


class Problems:
    """Collects what is wrong with a content, by dotted path, so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: dict[str, list[ValidationError]] = {}

    def add(self, path: Path, message: Any, code: str, **params: Any) -> None:
        """Note one problem at `path`; `code` is the stable name that tests and callers rely on."""
        error = ValidationError(message, code=code, params=params or None)
        self.found.setdefault(dotted(path), []).append(error)

    def collect(self, prefix: str, work: Callable[[], Result]) -> Result | None:
        """Return what `work` returns, or None after noting the paths of its ValidationError."""
        try:
            return work()
        except ValidationError as error:
            for path, errors in error.error_dict.items():
                self.found.setdefault(".".join(filter(None, (prefix, path))), []).extend(errors)
            return None

    def raise_if_any(self) -> None:
        """Raise ValidationError with an `error_dict` of dotted paths, if anything was found."""
        if self.found:
            raise ValidationError(self.found)


def dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
