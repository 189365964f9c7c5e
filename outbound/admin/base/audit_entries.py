"""What the forms of the admin do, in the audit log: one entry for each form that changed something."""

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
class Deed:
    """What a form did. Without changes there is nothing to tell, unless the verb says more than "changed"."""

    verb: Verb
    changes: dict[str, list[Any]] = field(default_factory=dict)


class RecordingMixin:
    """Takes the place of the admin's own log, by the hooks that the admin calls once for each form."""

    model: type[Model]

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = super().get_object(request, *args, **kwargs)  # type: ignore[misc]
        if found is not None and request.method == "POST":
            found.as_it_was = audit.snapshot(found)
        return found

    def deed(self, form: Any, changes: dict[str, list[Any]], *, add: bool) -> Verb:
        """Return the verb for a form that was saved."""
        created, changed, _deleted = FORM_VERBS[self.model]
        return created if add else changed

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Deed:
        record = getattr(form, "instance", None) or form.user  # the form of a password has a user
        before = {} if add else record.as_it_was
        changes = audit.changed(before, record) | _of_lists(form) | _of_rows(formsets or ())
        return Deed(self.deed(form, changes, add=add), changes)

    def log_addition(self, request: HttpRequest, obj: Model, message: Deed) -> None:
        audit.record(obj, message.verb, request.user, message.changes, action=LogEntry.Action.CREATE)

    def log_change(self, request: HttpRequest, obj: Model, message: Deed) -> None:
        if message.changes or message.verb != FORM_VERBS[self.model][1]:
            audit.record(obj, message.verb, request.user, message.changes)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> None:
        verb, rows = FORM_VERBS[self.model][2], list(queryset)
        how = {"action": LogEntry.Action.DELETE}
        if len(rows) == 1:
            audit.record(rows[0], verb, request.user, **how)
        elif rows:
            audit.record_rows(self.model, [row.pk for row in rows], verb, request.user, **how)


def _of_lists(form: Any) -> dict[str, list[Any]]:
    """Return what changed in fields that hold many records, such as a person's groups and rights."""
    many = [field.name for field in form.instance._meta.many_to_many] if hasattr(form, "instance") else []
    return {
        name: [_names(form.initial.get(name) or ()), _names(form.cleaned_data[name])]
        for name in form.changed_data
        if name in many
    }


def _names(records: Iterable[Any]) -> list[str]:
    return sorted(map(_name, records))


def _name(record: Any) -> str:
    """Return a record's name; of a right its code, which has a name in each language."""
    if not hasattr(record, "codename"):
        return str(record)
    return f"{ContentType.objects.get_for_id(record.content_type_id).app_label}.{record.codename}"


def _of_rows(formsets: Sequence[Any]) -> dict[str, list[Any]]:
    """Return what changed in the rows below a form, such as a template's fields: `name.of_row`."""
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
