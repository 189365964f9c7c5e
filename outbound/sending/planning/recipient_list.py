"""Saves and deletes a draft with its saved recipients, page by page, hidden from every page meanwhile.

In one transaction a list of 100,000 beside a million others locks SQLite for a second or more. The worker
deletes what a crash leaves behind.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from outbound import audit, failpoints
from outbound.audit import Verb
from outbound.db.sql import ids_of, rows_of
from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import UNFINISHED
from outbound.models import Campaign

PAGE_SIZE = 5000
LOCK_WAIT_SECONDS = 1.0
# Longer than it takes to save or delete any list.
ABANDONED_AFTER = timedelta(minutes=10)

_ADD = "INSERT INTO {table} (campaign_id, recipient_id) SELECT {draft}, r.id FROM {rows} AS r"


def save_hidden(draft: Campaign, pks: Sequence[int]) -> None:
    """Save a new draft with recipients by their ids; it stays hidden until `show`."""
    draft.status, draft.status_changed_at = UNFINISHED, timezone.now()
    draft.save()
    for start in range(0, len(pks), PAGE_SIZE):
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            _add(draft, pks[start : start + PAGE_SIZE])
        failpoints.reach(failpoints.LIST_PAGE)


def show(draft: Campaign) -> None:
    """Show a draft that was saved hidden. Raises DoesNotExist where it was deleted meanwhile."""
    Campaign.objects.filter(pk=draft.pk).show_drafts()
    draft.refresh_from_db()


def discard(draft: Campaign, *, by: User | None) -> bool:
    """Delete a draft with its list; return whether it still was a draft."""
    with transaction.atomic():
        # Guarded: either a send in another tab was first, or it finds no draft.
        if not Campaign.objects.filter(pk=draft.pk).hide_drafts(now=timezone.now()):
            return False
        audit.record(draft, Verb.DRAFT_DISCARDED, by, action=LogEntry.Action.DELETE)
    _delete(draft)
    return True


def clean_up(now: datetime) -> int:
    """Delete the hidden drafts that a crash left behind; return how many there were."""
    abandoned = Campaign.objects.filter(status=UNFINISHED, status_changed_at__lt=now - ABANDONED_AFTER)
    drafts = list(abandoned)
    for draft in drafts:
        _delete(draft)
    return len(drafts)


def _add(draft: Campaign, pks: Sequence[int]) -> None:
    table = Campaign.recipients.through._meta.db_table
    with connection.cursor() as cursor:
        statement = _ADD.format(table=table, draft=int(draft.pk), rows=rows_of({"id": "bigint"}))
        cursor.execute(statement, [json.dumps([{"id": pk} for pk in pks])])


def _delete(draft: Campaign) -> None:
    while pks := _page_of_links(draft):
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            Campaign.recipients.through.objects.filter(pk__in=ids_of(pks)).delete()
        failpoints.reach(failpoints.LIST_PAGE)
    draft.delete()


def _page_of_links(draft: Campaign) -> list[int]:
    links = Campaign.recipients.through.objects.filter(campaign=draft).order_by()
    return list(links.values_list("pk", flat=True)[:PAGE_SIZE])
