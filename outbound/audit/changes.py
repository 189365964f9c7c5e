"""Describes changes of a record as text: field name, old value and new value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db.models import Model

Changes = Mapping[str, list[Any]]

# Secrets, even as digests; what the entry itself says; and lists of phone numbers.
LEFT_OUT = frozenset(
    {
        "id", "password", "last_login", "date_joined", "token", "token_replaced_at", "token_replaced_by",
        "webhook_header", "webhook_header_next", "last_event_at", "created_at",
        "created_by", "status_changed_at", "status_changed_by", "phone_key", "numbers", "draft_key",
        "launched_at", "launched_by", "first_wave_passed_at",
    }
)  # fmt: skip


def snapshot(record: Model) -> dict[str, str]:
    """Return the fields of a record as text."""
    fields = [field for field in record._meta.concrete_fields if field.name not in LEFT_OUT]
    return {field.name: as_text(getattr(record, field.name)) for field in fields}


def changed(before: Mapping[str, str], record: Model) -> dict[str, list[Any]]:
    """Return the differences from an earlier snapshot, which is {} for a new record."""
    now = snapshot(record)
    return {name: [before.get(name, ""), now[name]] for name in now if before.get(name, "") != now[name]}


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    return str(value)
