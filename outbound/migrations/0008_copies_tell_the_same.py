"""A copy of an event tells the same; the events of the last day are known again by what they told."""

import hashlib
import json
from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

PAGE_SIZE = 1_000
# A provider repeats an event within minutes.
RECENT = timedelta(days=1)


def fingerprint(event):
    told = [
        event.event_id,
        event.kind,
        event.word or "",
        event.external_id or "",
        event.gateway_message_id,
        event.channel_message_id or "",
        event.phone_key or "",
        event.happened_at.timestamp() if event.happened_at else None,
        event.code,
        event.text,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def remember_recent(apps, schema_editor):
    events = apps.get_model("outbound", "WebhookEvent").objects.using(schema_editor.connection.alias)
    newest_first = events.defer("body").order_by("-pk")
    since, last = timezone.now() - RECENT, None
    while page := list((newest_first.filter(pk__lt=last) if last else newest_first)[:PAGE_SIZE]):
        known = [one for one in page if one.event_id and one.kind in ("status", "inbound")]
        for one in known:
            one.fingerprint = fingerprint(one)
        events.bulk_update(known, ["fingerprint"], batch_size=100)
        last = page[-1].pk
        if page[-1].received_at < since:
            return


class Migration(migrations.Migration):

    dependencies = [
        ("outbound", "0007_place_of_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhookevent",
            name="fingerprint",
            field=models.CharField(blank=True, editable=False, max_length=32, null=True),
        ),
        migrations.RunPython(remember_recent, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(model_name="webhookevent", name="event_own_id"),
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(
                condition=models.Q(("event_id__isnull", False)),
                fields=["integration", "event_id", "fingerprint"],
                name="event_same",
            ),
        ),
    ]
