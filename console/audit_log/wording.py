"""The texts of an audit entry: author, action and changes, with the names of fields on screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from console.permission_labels import permission_label
from outbound.admin.base.formatting import moment
from outbound.audit import Kind, in_full
from outbound.models import Campaign, Conversation, TemplateField

MAX_SHOWN = 300  # letters of a value
# Labels of changes that are no field of the record.
_NAMES: dict[str, Any] = {
    "people": pgettext_lazy("audit log", "people"),
    "draft": gettext_lazy("draft"),
    TemplateField._meta.model_name or "": TemplateField._meta.verbose_name,
}
_REASONS = ("status_reason", "paused_reason")  # the console's own reasons are stored in English, as msgids


def data_of(entry: LogEntry) -> dict[str, Any]:
    return entry.additional_data or {}


def who(entry: LogEntry) -> str:
    """Return the author's name at that time; older entries have only the account, if any."""
    data = data_of(entry)
    by, name = data.get("by"), data.get("author", "")
    if by == Kind.COMMAND_LINE:
        return _("Command line (%(name)s)") % {"name": name} if name else _("Command line")
    if by == Kind.CONSOLE:
        return _("the console")
    if entry.actor:
        return name or in_full(entry.actor)
    return _("%(name)s, account deleted") % {"name": name} if name else _("Not recorded")


def what(entry: LogEntry) -> str:
    text = data_of(entry).get("text")
    return _(text) if text else str(entry.get_action_display())


def target(entry: LogEntry) -> str:
    return " · ".join(filter(None, (entry.content_type.name, entry.object_repr)))


def changes(entry: LogEntry) -> Iterator[tuple[str, str, str]]:
    """Yield each change as a label, the old value and the new one."""
    model = entry.content_type.model_class()
    for name, values in (entry.changes or {}).items():
        if not isinstance(values, list) or len(values) != 2:
            continue
        before, now = values
        if isinstance(before, list) and isinstance(now, list):
            before, now = _unlike(before, now), _unlike(now, before)
        yield _label(model, name), _value(model, name, before), _value(model, name, now)


def _unlike(these: Iterable[str], those: Iterable[str]) -> list[str]:
    return sorted(set(these) - set(those))


def _label(model: type[models.Model] | None, name: str) -> str:
    kind, _dot, rest = name.partition(".")
    if not rest:
        field = _field(model, name)
        return str(field.verbose_name if field is not None else _NAMES.get(name, name))
    row, _dot, column = rest.rpartition(".")
    parts = [_NAMES.get(kind, kind), row or column, *([_label(TemplateField, column)] if row else [])]
    return " · ".join(map(str, parts))


def _field(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    """Return the field of that name, of the record or of a related one that is changed with it."""
    candidates: list[type[models.Model] | None] = [model, Conversation, Campaign]
    for candidate in filter(None, candidates):
        try:
            found = candidate._meta.get_field(name.rpartition(".")[2])
        except FieldDoesNotExist:
            continue
        if isinstance(found, models.Field):
            return found
    return None


def _value(model: type[models.Model] | None, name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_names(value)) or "–"
    text = "" if value in (None, "None") else str(value)
    field = _field(TemplateField if "." in name else model, name)
    if not text:
        return "–"
    if name in _REASONS:
        return str(_(text))[:MAX_SHOWN]
    if isinstance(field, models.BooleanField):
        return _("Yes") if text == "True" else _("No")
    if isinstance(field, models.DateTimeField):
        return _moment(text)
    if isinstance(field, models.JSONField):
        return _spread(text)[:MAX_SHOWN]
    labels = {str(code): str(label) for code, label in getattr(field, "flatchoices", ())}
    return labels.get(text, text)[:MAX_SHOWN]


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(at) if at.tzinfo else text


def _spread(text: str) -> str:
    """Return an object as `name: value` with commas, and anything else unchanged."""
    try:
        read = json.loads(text)
    except ValueError:
        return text
    if not isinstance(read, dict):
        return text
    return ", ".join(f"{key}: {value}" for key, value in read.items() if value not in (None, ""))


def _names(codes: list[str]) -> list[str]:
    """Return permissions by the labels of their checkboxes, and other names unchanged."""
    rights = [code.split(".", 1) for code in codes if "." in code]
    if not rights:
        return codes
    wanted = Q(*(Q(content_type__app_label=app, codename=name) for app, name in rights), _connector=Q.OR)
    found = Permission.objects.filter(wanted).select_related("content_type")
    names = {f"{one.content_type.app_label}.{one.codename}": permission_label(one) for one in found}
    return [names.get(code, code) for code in codes]
