"""A form field over one JSON value, drawn by the composer element from a description."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.compose.forms.descriptions import Description

MAX_JSON_LENGTH = 200_000


class ComposerWidget(forms.Textarea):
    """The textarea is the value; without scripts it is what people edit, under the same rules."""

    template_name = "outbound/compose/composer.html"

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 8, "spellcheck": "false"})
        self.description: Description = {}
        self.path_errors: dict[str, list[str]] = {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"description": self.description, "path_errors": self.path_errors}


class ComposerField(forms.Field):
    """Cleans to the typed JSON object, or None where nothing was typed. Judges only that it is one."""

    widget = ComposerWidget

    def to_python(self, value: Any) -> dict[str, Any] | None:
        text = (value or "").strip()
        if not text:
            return None
        try:
            typed = json.loads(text, parse_constant=_refuse) if len(text) <= MAX_JSON_LENGTH else None
        except (ValueError, RecursionError):
            typed = None
        if not isinstance(typed, dict):
            raise ValidationError(_("This is not a JSON object."), code="content_invalid")
        return typed

    def prepare_value(self, value: Any) -> str:
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
