"""Writes the entries of the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from outbound.audit.authors import By, Kind, author
from outbound.audit.changes import LEFT_OUT, Changes
from outbound.audit.verbs import Verb
from outbound.models import Recipient

MAX_REPR_LENGTH = 300
MAX_SHOWN = 5  # ids in the name of an entry about many rows; all are stored


def record(
    instance: Model,
    verb: Verb,
    by: By,
    changes: Changes | None = None,
    *,
    people: int | None = None,
    action: int = LogEntry.Action.UPDATE,
) -> None:
    """Write an entry about one record; `by` is None if the console itself or a command did it.

    `people` is how many people or messages it is about. Call it in the transaction of the change.
    """
    if people is None and isinstance(instance, Recipient):
        people = 1
    _write(
        instance._meta.model,  # the type of a request's user is that of a lazy object
        verb,
        by,
        changes,
        {"people": people},
        action,
        pk=instance.pk,
        name=str(instance),
    )


def record_rows(
    model: type[Model],
    pks: Sequence[int],
    verb: Verb,
    by: By,
    changes: Changes | None = None,
    *,
    people: int | None = None,
    action: int = LogEntry.Action.UPDATE,
    entry: LogEntry | None = None,
) -> LogEntry:
    """Write one entry about many rows, named by their ids alone, since a name may be a phone number.

    Work that is done in batches hands in the `entry` of its first batch, which then gets all rows so far.
    """
    shown = ", ".join(str(pk) for pk in pks[:MAX_SHOWN])
    name = shown if len(pks) <= MAX_SHOWN else f"{shown} … ({len(pks)})"
    details = {"people": people, "ids": list(pks)}
    if entry is None:
        return _write(model, verb, by, changes, details, action, pk=pks[0], name=name)
    entry.object_repr, entry.additional_data = name, entry.additional_data | details
    entry.save(update_fields=["object_repr", "additional_data"])
    return entry


def record_reading(
    model: type[Model], verb: Verb, by: By, details: Mapping[str, str], *, people: int
) -> None:
    """Write an entry about an export, which changes nothing; `details` say of which rows."""
    name = ", ".join(filter(None, details.values()))
    _write(model, verb, by, None, {"people": people, **details}, LogEntry.Action.ACCESS, name=name)


def _write(
    model: type[Model],
    verb: Verb,
    by: By,
    changes: Changes | None,
    details: Mapping[str, Any],
    action: int,
    *,
    name: str,
    pk: int | None = None,
) -> LogEntry:
    who = author(by)
    return LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_pk="" if pk is None else str(pk),
        object_id=pk,
        object_repr=name[:MAX_REPR_LENGTH],
        action=action,
        changes={name: values for name, values in (changes or {}).items() if name not in LEFT_OUT},
        actor=by if who.kind == Kind.PERSON else None,
        remote_addr=who.address or None,
        additional_data={"text": verb, "by": who.kind, "author": who.name, **details},
    )
