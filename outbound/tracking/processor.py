"""Processes the webhook events that are due, batch by batch: read, match, apply, save, effects."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction

from outbound.db.sqlite_write_lock import write_lock
from outbound.lifecycle import EventState
from outbound.models import WebhookEvent
from outbound.tracking.applying import apply
from outbound.tracking.copies import drop_copies
from outbound.tracking.effects import follow
from outbound.tracking.inbound import apply_inbound
from outbound.tracking.matching import match
from outbound.tracking.reading import read_batch
from outbound.tracking.saving import save

BATCH_SIZE = 200
# An event that cannot be applied, through a bug, is set aside after so many tries.
MAX_FAILURES = 10
RETRY_DELAY = timedelta(seconds=5)
LOCK_WAIT_SECONDS = 1.0
# The database is away or busy. Its other errors are about a value of ours.
DATABASE_AWAY = (OperationalError, InterfaceError)

logger = logging.getLogger(__name__)


def process_due(now: datetime) -> int:
    """Process one batch of due events in one transaction; return how many there were.

    Where the batch cannot be applied, its events are processed one by one, so that one holds up no other.
    Raises OperationalError or InterfaceError when the database is away or busy; nothing is changed then.
    """
    try:
        with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
            return _process(_due(now), now)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("A page of events could not be applied; they are tried one by one.")
    with transaction.atomic():
        pks = [event.pk for event in _due(now)]
    for pk in pks:
        _process_one(pk, now)
    return len(pks)


def _due(now: datetime) -> list[WebhookEvent]:
    rows = WebhookEvent.objects.filter(due_at__lte=now).order_by("due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows[:BATCH_SIZE])


def _process_one(pk: int, now: datetime) -> None:
    try:
        with transaction.atomic():
            _process(list(WebhookEvent.objects.filter(pk=pk, due_at__isnull=False)), now)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # noqa: BLE001
        _count_failure(pk, type(error).__name__, now)


def _count_failure(pk: int, name: str, now: datetime) -> None:
    event = WebhookEvent.objects.get(pk=pk)
    event.tries, event.note, event.due_at = event.tries + 1, name[:100], now + RETRY_DELAY
    if event.tries >= MAX_FAILURES:
        event.state, event.due_at = EventState.FAILED, None
    event.save(update_fields=["tries", "note", "due_at", "state"])


def _process(events: list[WebhookEvent], now: datetime) -> int:
    readings = drop_copies(read_batch(events, now))
    changes = apply(match(readings, now), now)
    apply_inbound(readings, now)
    save(events)
    follow(changes, now)
    return len(events)
