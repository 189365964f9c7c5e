"""What the audit log keeps of our records: who changed what, and never a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from outbound.models import Campaign, Integration, Recipient, Template, TemplateField

MAX_REPR_LENGTH = 300
MAX_SHOWN = 5  # ids of rows that one entry is about; it keeps all of them

# Stamps repeat what the entry itself says; a token is a secret, and pasted numbers are a crowd of people.
LEFT_OUT: dict[type[Model], frozenset[str]] = {
    Integration: frozenset(
        {
            "token",
            "token_replaced_at",
            "token_replaced_by",
            "webhook_header",
            "webhook_header_next",
            "webhook_header_seen_at",
            "last_event_at",
            "status_changed_at",
            "status_changed_by",
        }
    ),
    Template: frozenset(),
    TemplateField: frozenset(),
    Recipient: frozenset({"phone_key"}),
    Campaign: frozenset(
        {"numbers", "draft_key", "status_changed_at", "status_changed_by", "first_wave_passed_at"}
    ),
}


def register() -> None:
    for model, left_out in LEFT_OUT.items():
        # Named one by one: left to itself the library also writes down every reverse relation.
        kept = [field.name for field in model._meta.fields if field.name not in left_out]
        auditlog.register(model, include_fields=kept, exclude_fields=sorted(left_out))


def record(
    instance: Model, text: str, actor: Any, changes: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Write down what no changed field tells, or, in `changes`, fields that were changed without `save()`.

    `text` is an English msgid, translated when it is shown.
    """
    LogEntry.objects.log_create(
        instance,
        force_log=True,
        action=LogEntry.Action.UPDATE,
        changes=changes or {},
        actor=actor,
        additional_data={"text": text},
    )


def record_reading(model: type[Model], text: str, actor: Any, details: Mapping[str, str]) -> None:
    """Write down that many rows left the console at once: nothing changed, and `details` say which."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_pk="",
        object_repr=", ".join(filter(None, details.values()))[:MAX_REPR_LENGTH],
        action=LogEntry.Action.ACCESS,
        changes={},
        actor=actor,
        additional_data={"text": text, **details},
    )


def record_rows(
    model: type[Model],
    pks: Sequence[int],
    text: str,
    *,
    actor: Any,
    changes: dict[str, list[str]],
    entry: LogEntry | None = None,
) -> LogEntry:
    """Write down in one entry what was done to many rows, by their ids alone: a name may be a number.

    `entry` is that of the same deed, where it is done page by page, and gets the rows of all so far.
    """
    shown = ", ".join(str(pk) for pk in pks[:MAX_SHOWN])
    told = {
        "object_repr": shown if len(pks) <= MAX_SHOWN else f"{shown} … ({len(pks)})",
        "additional_data": {"text": text, "ids": list(pks)},
    }
    if entry:
        LogEntry.objects.filter(pk=entry.pk).update(**told)
        return entry
    return LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_pk=str(pks[0]),
        object_id=pks[0],
        action=LogEntry.Action.UPDATE,
        changes=changes,
        actor=actor,
        **told,
    )
