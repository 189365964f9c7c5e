"""The list of saved people of a draft, filled and emptied page by page where it is long.

Nobody sees the draft meanwhile: half of a list must not be taken for the whole. What a crash leaves is
deleted by the worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from outbound import failpoints
from outbound.db.sql import ids_of, rows_of
from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import UNFINISHED
from outbound.models import Campaign

PAGE_SIZE = 5000
LOCK_WAIT_SECONDS = 1.0
# Nobody fills or empties a list for so long.
PATIENCE = timedelta(minutes=10)

_ADD = "INSERT INTO {table} (campaign_id, recipient_id) SELECT {draft}, r.id FROM {rows} AS r"


def save(draft: Campaign, pks: Sequence[int], *, then: Callable[[], object] = lambda: None) -> None:
    """Save a new draft with people by their ids: all of it, or nothing that anybody sees.

    `then` is called in the transaction that makes it whole.
    """
    if len(pks) <= PAGE_SIZE:
        with transaction.atomic():
            draft.save()
            _add(draft, pks)
            then()
        return
    draft.status, draft.status_changed_at = UNFINISHED, timezone.now()
    draft.save()
    for start in range(0, len(pks), PAGE_SIZE):
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            _add(draft, pks[start : start + PAGE_SIZE])
        failpoints.reach(failpoints.LIST_PAGE)
    with transaction.atomic():
        Campaign.objects.filter(pk=draft.pk).show_drafts()
        then()
    draft.refresh_from_db()


def discard(draft: Campaign, *, then: Callable[[], object] = lambda: None) -> bool:
    """Delete a draft with its list; return whether it was one still.

    `then` is called in the transaction that takes it away from everybody.
    """
    with transaction.atomic():
        # Guarded: a send in another tab has either happened by now, or finds the draft gone.
        if not Campaign.objects.filter(pk=draft.pk).hide_drafts(now=timezone.now()):
            return False
        then()
        if len(_links(draft)) <= PAGE_SIZE:
            draft.delete()
            return True
    _delete(draft)
    return True


def clear(now: datetime) -> int:
    """Delete what whoever filled or emptied it left behind; return how many drafts there were."""
    left = list(Campaign.objects.filter(status=UNFINISHED, status_changed_at__lt=now - PATIENCE))
    for draft in left:
        _delete(draft)
    return len(left)


def _add(draft: Campaign, pks: Sequence[int]) -> None:
    table = Campaign.recipients.through._meta.db_table
    with connection.cursor() as cursor:
        statement = _ADD.format(table=table, draft=int(draft.pk), rows=rows_of({"id": "bigint"}))
        cursor.execute(statement, [json.dumps([{"id": pk} for pk in pks])])


def _delete(draft: Campaign) -> None:
    while pks := _links(draft):
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            Campaign.recipients.through.objects.filter(pk__in=ids_of(pks[:PAGE_SIZE])).delete()
        failpoints.reach(failpoints.LIST_PAGE)
    draft.delete()


def _links(draft: Campaign) -> list[int]:
    """Return the rows of a draft's list: one more than a page at most."""
    rows = Campaign.recipients.through.objects.filter(campaign=draft).order_by()
    return list(rows.values_list("pk", flat=True)[: PAGE_SIZE + 1])
