"""What the audit log keeps of our records: who changed what, and never a token."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db.models import Model

from outbound.models import Campaign, Integration, Recipient, Template, TemplateField

# Stamps repeat what the entry itself says; a token is a secret, and pasted numbers are a crowd of people.
LEFT_OUT: dict[type[Model], frozenset[str]] = {
    Integration: frozenset(
        {"token", "token_replaced_at", "token_replaced_by", "status_changed_at", "status_changed_by"}
    ),
    Template: frozenset(),
    TemplateField: frozenset(),
    Recipient: frozenset({"phone_key"}),
    Campaign: frozenset({"numbers", "draft_key"}),
}


def register() -> None:
    for model, left_out in LEFT_OUT.items():
        # Named one by one: left to itself the library also writes down every reverse relation.
        kept = [field.name for field in model._meta.fields if field.name not in left_out]
        auditlog.register(model, include_fields=kept, exclude_fields=sorted(left_out))


def record(instance: Model, text: str, actor: Any) -> None:
    """Write down what no changed field tells. `text` is an English msgid, translated when it is shown."""
    LogEntry.objects.log_create(
        instance,
        force_log=True,
        action=LogEntry.Action.UPDATE,
        changes={},
        actor=actor,
        additional_data={"text": text},
    )
