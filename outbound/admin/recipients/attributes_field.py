"""The form field for the attributes of a recipient, one per line, such as `city: Lavras`."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

MAX_ATTRIBUTES = 30
MAX_VALUE_LENGTH = 200
RESERVED_KEYS = frozenset({"name"})  # messages take it from the name of the recipient

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def read(text: str) -> dict[str, str]:
    """Parse lines into a dict. Raises ValidationError with one message for each invalid line."""
    attributes: dict[str, str] = {}
    errors: list[ValidationError] = []
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MAX_ATTRIBUTES:
        raise _too_many()
    for number, line in lines:
        key, value = (part.strip() for part in (*line.split(":", 1), "")[:2])
        try:
            _check(key, value, ":" in line, attributes)
        except ValidationError as error:
            errors.append(_at(number, error))
        attributes[key] = value
    if errors:
        raise ValidationError(errors)
    return attributes


def write(attributes: dict[str, Any]) -> str:
    return "\n".join(f"{key}: {' '.join(str(value).split())}" for key, value in attributes.items())


def _check(key: str, value: str, has_colon: bool, known: dict[str, str]) -> None:
    if not has_colon or not value:
        raise ValidationError(_("write it like “city: Lavras”."), code="attribute_incomplete")
    if not _KEY.fullmatch(key):
        raise ValidationError(
            _("a key has plain letters, digits and underscores, no digit in front, at most 64."),
            code="attribute_key_invalid",
        )
    if key in RESERVED_KEYS:
        raise ValidationError(_("the name has a field of its own."), code="attribute_key_reserved")
    if key in known:
        raise ValidationError(_("this key stands there twice."), code="attribute_key_repeated")
    if len(value) > MAX_VALUE_LENGTH:
        raise ValidationError(
            _("the value is longer than %(limit)s characters."),
            code="attribute_too_long",
            params={"limit": MAX_VALUE_LENGTH},
        )


def _at(number: int, error: ValidationError) -> ValidationError:
    return ValidationError(
        _("Line %(number)s: %(problem)s"),
        code=error.code,
        params={"number": number, "problem": error.messages[0]},
    )


def _too_many() -> ValidationError:
    return ValidationError(
        _("At most %(limit)s lines."), code="attributes_too_many", params={"limit": MAX_ATTRIBUTES}
    )


class AttributesField(forms.CharField):
    """Shows a dict as lines, and parses lines into a dict."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return write(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        return read(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(write(initial or {}), data)
