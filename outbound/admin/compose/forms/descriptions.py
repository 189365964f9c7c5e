"""The descriptions from which the composer in the browser draws its forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from outbound.contents import CONTENT_TYPES
from outbound.contents.fields import Group, Many, Text
from outbound.contents.placeholders import MAX_VALUE_LENGTH
from outbound.models import Template

Description = dict[str, Any]
MAX_CONTEXT_VALUES = 50


def of_contents() -> Description:
    """Describe the content types."""
    types = [content.describe() for content in CONTENT_TYPES.values()]
    return _description("radios", _("What to send"), "", types)


def of_templates(templates: Iterable[Template]) -> Description:
    """Describe each template with its fields, which are prefetched."""
    types = [_template(template) for template in templates]
    return _description("select", _("Template"), _("Choose a template"), types)


def of_context() -> Description:
    """Describe the variables that the bot stores with the person."""
    pairs = Many(
        name="pairs",
        label=_("Variables for the bot"),
        item_label=_("Variable"),
        add_label=_("Add variable"),
        maximum=MAX_CONTEXT_VALUES,
        fields=(
            Text(name="name", label=_("Name"), required=True, max_length=100),
            Text(name="value", label=_("Value"), max_length=1000),
        ),
    )
    return _description("none", "", "", [{"type": "context", "label": "", "fields": [pairs.describe()]}])


def _template(template: Template) -> Description:
    group = Group(
        name="fields",
        label=_("Values"),
        required=True,
        help=_("Write {{name}} where each person's own name belongs; attributes work the same way."),
        fields=[
            Text(
                name=field.key,
                label=str(field),
                required=field.required,
                max_length=MAX_VALUE_LENGTH,
                placeholder=_("For example: %(example)s") % {"example": field.example}
                if field.example
                else "",
            )
            for field in template.fields.all()
        ],
    )
    return {
        "type": str(template.pk),
        "label": _("%(name)s (paused)") % {"name": template.name} if template.paused_at else template.name,
        "help": _("This template has no fields to fill in.") if not group.fields else "",
        "icon": "description",
        "fields": [group.describe()] if group.fields else [],
    }


def _description(choice: str, legend: str, empty: str, types: list[Description]) -> Description:
    return {"choice": choice, "legend": legend, "empty": empty, "types": types, "texts": _texts()}


def _texts() -> dict[str, str]:
    return {
        "add": _("Add"),
        "remove": _("Remove"),
        "duplicate": _("Duplicate"),
        "moveUp": _("Move up"),
        "moveDown": _("Move down"),
        "counter": _("{count} of {max} characters"),
        "over": _("{over} characters too many"),
        "moved": _("{item} moved to position {position} of {total}"),
        "added": _("{item} added"),
        "removed": _("{item} removed"),
        "undo": _("Undo"),
        "limit": _("At most {max}"),
        "optional": _("optional"),
        "required": _("required"),
        "expand": _("Show"),
        "collapse": _("Hide"),
    }
