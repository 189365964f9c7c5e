"""The content types of a rich notification: one class each, and their registry."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents.base import Content, Json
from outbound.contents.buttons import ButtonContent
from outbound.contents.files import FileContent
from outbound.contents.lists import ListContent
from outbound.contents.locations import LocationContent

CONTENT_TYPES: dict[str, type[Content]] = {
    content.TYPE: content for content in (FileContent, ButtonContent, ListContent, LocationContent)
}


def clean_content(raw: object) -> Content:
    """Return the content for raw JSON, by its `type`.

    Raises ValidationError with an `error_dict` keyed by dotted path; `type` stands for the whole.
    """
    if not isinstance(raw, dict):
        raise _type_error(_("A content is an object with a type."), "content_invalid")
    if not raw.get("type"):
        raise _type_error(_("Choose what to send."), "content_type_required")
    content_type = CONTENT_TYPES.get(raw["type"]) if isinstance(raw["type"], str) else None
    if content_type is None:
        raise _type_error(_("The gateway knows no such content."), "content_type_unknown")
    return content_type.clean(raw)


def _type_error(message: Any, code: str) -> ValidationError:
    return ValidationError({"type": [ValidationError(message, code=code)]})


__all__ = ["CONTENT_TYPES", "Content", "Json", "clean_content"]
