"""An entry says its verb and its author in words, so that both stay readable; those from before learn them here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations

BATCH = 2000
CREATED, CHANGED, DELETED = 0, 1, 2
# The log knew only by their action what had been done to these.
VERBS = {
    "recipient": ("Recipient created", "Recipient changed", "Recipient deleted"),
    "template": ("Template created", "Template changed", "Template deleted"),
    "templatefield": ("Template changed", "Template changed", "Template changed"),
    "integration": ("Integration created", "Integration changed", "Integration deleted"),
    "campaign": ("Draft created", "Draft changed", "Draft discarded"),
}
BY_CONSOLE = "Opted out by a message of their own"


def name_authors(apps: Any, schema_editor: Any) -> None:
    LogEntry = apps.get_model("auditlog", "LogEntry")
    entries = LogEntry.objects.select_related("actor", "content_type").order_by("pk")
    last = 0
    while rows := list(entries.filter(pk__gt=last)[:BATCH]):
        for row in rows:
            row.additional_data = _told(row)
        LogEntry.objects.bulk_update(rows, ["additional_data"], batch_size=BATCH // 10)
        last = rows[-1].pk


def _told(row: Any) -> dict[str, Any]:
    data = dict(row.additional_data or {})
    verbs = VERBS.get(row.content_type.model) if row.content_type.app_label == "outbound" else None
    if "text" not in data and verbs and row.action in (CREATED, CHANGED, DELETED):
        data["text"] = verbs[row.action]
    if row.actor and "author" not in data:
        full = f"{row.actor.first_name} {row.actor.last_name}".strip()
        name = f"{full} ({row.actor.username})" if full else row.actor.username
        data |= {"by": "person", "author": name}
    elif data.get("text") == BY_CONSOLE:
        data["by"] = "console"
    return data


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0008_copies_tell_the_same"),
        ("auditlog", "0017_add_actor_email"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(name_authors, migrations.RunPython.noop)]
