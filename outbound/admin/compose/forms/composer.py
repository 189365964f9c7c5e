"""A form field for one JSON value, which the composer in the browser edits by a description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.admin.compose.forms.descriptions import Description
from outbound.contents import strict_json


class ComposerWidget(forms.Textarea):
    """A textarea with the JSON, which people edit themselves where there are no scripts."""

    template_name = "outbound/compose/composer.html"

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 8, "spellcheck": "false"})
        self.description: Description = {}
        self.path_errors: dict[str, list[str]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> ComposerWidget:
        # Django's copy for each form is shallow, and the errors belong to one form.
        copied: ComposerWidget = super().__deepcopy__(memo)
        copied.path_errors = {}
        return copied

    def place(self, kind: str, path: str) -> str:
        """Return the labels of a path, such as `Section 1 · Row 4 · Text of the row`; empty for the whole."""
        fields: list[Description] = next(
            (one["fields"] for one in self.description["types"] if one["type"] == kind), []
        )
        return " · ".join(_labels(fields, path.split(".")))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"description": self.description, "path_errors": self.path_errors}


class ComposerField(forms.Field):
    """Cleans to a JSON object, or to None where nothing was typed."""

    widget = ComposerWidget

    def to_python(self, value: Any) -> dict[str, Any] | None:
        text = (value or "").strip()
        if not text:
            return None
        try:
            typed = strict_json.read(text)
        except ValueError:
            typed = None
        except ValidationError as error:
            raise self._placed(error) from None
        if not isinstance(typed, dict):
            raise ValidationError(_("This is not a JSON object."), code="content_invalid")
        return typed

    def _placed(self, error: ValidationError) -> ValidationError:
        """Give each message to its path in the widget, and return all of them as errors of the field."""
        self.widget.path_errors = {path: _texts(found) for path, found in error.error_dict.items()}
        return ValidationError(
            [
                ValidationError(f"{path}: {text}" if path else text, code=found[0].code)
                for path, found in error.error_dict.items()
                for text in _texts(found)
            ]
        )

    def prepare_value(self, value: Any) -> str:
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _labels(fields: list[Description], path: list[str]) -> Iterator[str]:
    found = next((field for field in fields if path and field["name"] == path[0]), None)
    if found is None:
        return
    index = path[1] if len(path) > 1 and path[1].isdecimal() else None
    yield found["label"] if index is None else f"{found['itemLabel']} {int(index) + 1}"
    yield from _labels(found.get("fields", []), path[1 if index is None else 2 :])


def _texts(errors: list[ValidationError]) -> list[str]:
    return [message for error in errors for message in error.messages]
