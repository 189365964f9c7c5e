"""Writes one audit log entry for each admin form that changed something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpRequest

from outbound import audit
from outbound.audit import FORM_VERBS, Verb


@dataclass(frozen=True)
class FormChange:
    """The verb of a saved form and the changed fields; `changes` may be empty."""

    verb: Verb
    changes: dict[str, list[Any]] = field(default_factory=dict)


class AuditMixin:
    """Replaces Django's admin log: the admin calls these hooks once for each form."""

    model: type[Model]

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = super().get_object(request, *args, **kwargs)  # type: ignore[misc]
        if found is not None and request.method == "POST":
            found.before_form = audit.snapshot(found)
        return found

    def audit_verb(self, form: Any, changes: dict[str, list[Any]], *, add: bool) -> Verb:
        """Return the verb for a form that was saved."""
        created, changed, _deleted = FORM_VERBS[self.model]
        return created if add else changed

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> FormChange:
        record = (
            getattr(form, "instance", None) or form.user
        )  # the password form has a user instead of an instance
        before = {} if add else record.before_form
        changes = audit.changed(before, record) | _many_to_many(form) | _inline_rows(formsets or ())
        return FormChange(self.audit_verb(form, changes, add=add), changes)

    def log_addition(self, request: HttpRequest, obj: Model, message: FormChange) -> None:
        audit.record(obj, message.verb, request.user, message.changes, action=LogEntry.Action.CREATE)

    def log_change(self, request: HttpRequest, obj: Model, message: FormChange) -> None:
        if message.changes or message.verb != FORM_VERBS[self.model][1]:
            audit.record(obj, message.verb, request.user, message.changes)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> None:
        verb, rows = FORM_VERBS[self.model][2], list(queryset)
        how = {"action": LogEntry.Action.DELETE}
        if len(rows) == 1:
            audit.record(rows[0], verb, request.user, **how)
        elif rows:
            audit.record_rows(self.model, [row.pk for row in rows], verb, request.user, **how)


def _many_to_many(form: Any) -> dict[str, list[Any]]:
    """Return the changes of many-to-many fields, such as the groups and permissions of a user."""
    many = [field.name for field in form.instance._meta.many_to_many] if hasattr(form, "instance") else []
    return {
        name: [_names(form.initial.get(name) or ()), _names(form.cleaned_data[name])]
        for name in form.changed_data
        if name in many
    }


def _names(records: Iterable[Any]) -> list[str]:
    return sorted(map(_name, records))


def _name(record: Any) -> str:
    """Return the name of a record; for a permission its code, which does not depend on the language."""
    if not hasattr(record, "codename"):
        return str(record)
    return f"{ContentType.objects.get_for_id(record.content_type_id).app_label}.{record.codename}"


def _inline_rows(formsets: Sequence[Any]) -> dict[str, list[Any]]:
    """Return the changes of inline rows, such as the fields of a template, as `model.row.field`."""
    changes: dict[str, list[Any]] = {}
    for rows in formsets:
        kind = rows.model._meta.model_name
        changes |= {f"{kind}.{row}": ["", str(row)] for row in rows.new_objects}
        changes |= {f"{kind}.{row}": [str(row), ""] for row in rows.deleted_objects}
        for form in rows.initial_forms:
            if form.instance.pk and form not in rows.deleted_forms:
                changes |= {
                    f"{kind}.{form.instance}.{name}": [
                        audit.as_text(form.initial.get(name)),
                        audit.as_text(form.cleaned_data[name]),
                    ]
                    for name in form.changed_data
                }
    return changes
