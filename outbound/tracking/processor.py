"""The worker's part: take what is due from the inbox, page by page, and let it take effect."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from outbound.db.sqlite_write_lock import turn
from outbound.gateways.base import Inbound, StatusUpdate
from outbound.lifecycle import EventKind, EventState, MessageStatus
from outbound.models import Integration, WebhookEvent
from outbound.reports import outdated_days
from outbound.tracking import copies, effects
from outbound.tracking import inbound as inbound_messages
from outbound.tracking.applying import Evidence, apply
from outbound.tracking.bulk_update import save
from outbound.tracking.matching import match
from outbound.tracking.reading import Reading, read, split
from outbound.tracking.status_words import Dictionary, UnknownWord

PAGE_SIZE = 200
# When an event whose message is not there is tried again; after the last it is nobody's.
WAITS = [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)] + [
    timedelta(hours=1),
    timedelta(hours=24),
]
# A row that is held at this moment is free again in no time.
SOON = timedelta(seconds=1)
MOST_FAILURES = 10
TURN_SECONDS = 1.0
# The database is not there, or busy. Whatever else it says is about a value of ours.
AWAY = (OperationalError, InterfaceError)

logger = logging.getLogger(__name__)


def take_in(now: datetime) -> int:
    """Apply one page of what is due, all or nothing; return how many events were looked at.

    An event that cannot be applied, which would be a fault of ours, holds up no other: the page is then
    gone through one by one, and after some tries it is set aside.
    """
    try:
        with turn(TURN_SECONDS), transaction.atomic():
            return _apply(_due(now, PAGE_SIZE), now)
    except AWAY:
        raise  # away, or busy: nothing was changed, and the next look finds all of it again
    except Exception:
        logger.exception("A page of events could not be applied; they are tried one by one.")
    return sum(_alone(pk, now) for pk in _pks(now))


def _pks(now: datetime) -> list[int]:
    with transaction.atomic():
        return [event.pk for event in _due(now, PAGE_SIZE)]


def _alone(pk: int, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _apply(list(WebhookEvent.objects.filter(pk=pk, due_at__isnull=False)), now)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001
        _count_failure(pk, type(error).__name__, now)
    return 1


def _count_failure(pk: int, name: str, now: datetime) -> None:
    event = WebhookEvent.objects.get(pk=pk)
    event.tries, event.note, event.due_at = event.tries + 1, name[:100], now + WAITS[0]
    if event.tries >= MOST_FAILURES:
        event.state, event.due_at = EventState.FAILED, None
    event.save(update_fields=["tries", "note", "due_at", "state"])


def _due(now: datetime, most: int) -> list[WebhookEvent]:
    rows = WebhookEvent.objects.filter(due_at__lte=now).order_by("due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows[:most])


def _apply(events: list[WebhookEvent], now: datetime) -> int:
    readings = [read(event) for event in events]
    split(readings, now)
    copies.mark(readings)
    told = [one for one in readings if one.event.state in (EventState.NEW, EventState.WAITING)]
    changes = _statuses([one for one in told if isinstance(one.told, StatusUpdate)], now)
    _answers([one for one in told if isinstance(one.told, Inbound)], now)
    for one in told:
        if one.event.kind == EventKind.OTHER:
            one.settle(EventState.IDLE)
    save(events)
    effects.follow(changes, now)
    outdated_days.mark([change.message.created_at for change in changes], now)
    _note_last_event(events)
    return len(events)


def _statuses(readings: list[Reading], now: datetime) -> list[Any]:
    words = Dictionary(one.update.word for one in readings)
    matches = match([(one.event.integration_id, one.update) for one in readings])
    evidence: list[Evidence] = []
    applied: list[Reading] = []
    for one, found in zip(readings, matches, strict=True):
        one.event.note = found.note or one.event.note
        one.event.message_id = found.message_id
        meaning = _meaning(one, words)
        if one.event.state == EventState.UNKNOWN:
            continue
        if found.message_id is None:
            _wait(one, now, is_hopeless=bool(found.note))
        elif meaning is None:
            one.settle(EventState.IDLE)
        else:
            applied.append(one)
            evidence.append(Evidence(found.message_id, meaning, one.update, found.external_id))
    changes, held = apply(evidence, now)
    for one in applied:
        if one.event.message_id in held:
            one.event.state, one.event.due_at = EventState.WAITING, now + SOON
        else:
            one.settle(EventState.APPLIED)
    return changes


def _meaning(one: Reading, words: Dictionary) -> MessageStatus | None:
    try:
        return words.meaning(one.update.word)
    except UnknownWord:
        one.settle(EventState.UNKNOWN)
        return None


def _wait(one: Reading, now: datetime, *, is_hopeless: bool) -> None:
    event = one.event
    if event.tries >= len(WAITS) or is_hopeless:
        one.settle(EventState.ORPHAN)
        return
    event.state, event.due_at, event.tries = EventState.WAITING, now + WAITS[event.tries], event.tries + 1


def _answers(readings: list[Reading], now: datetime) -> None:
    wrote = []
    for one in readings:
        inbound, phone = one.told, one.phone
        assert isinstance(inbound, Inbound)
        if phone is None:
            one.event.note = "number_unreadable"
            one.settle(EventState.ORPHAN)
            continue
        one.event.phone_key = phone.key
        at = min(inbound.happened_at or one.event.received_at, one.event.received_at)
        wrote.append(inbound_messages.Wrote(one.event.integration_id, phone, at, inbound.text, inbound.name))
        one.settle(EventState.APPLIED)
    inbound_messages.heard(wrote, now)


def _note_last_event(events: Iterable[WebhookEvent]) -> None:
    """Note when each integration was last heard of; once a minute will do, for a sender needs the row too."""
    newest: dict[int, datetime] = {}
    for event in events:
        newest[event.integration_id] = max(
            event.received_at, newest.get(event.integration_id, event.received_at)
        )
    for pk, at in sorted(newest.items()):
        known = Integration.objects.filter(pk=pk).exclude(last_event_at__gt=at - timedelta(minutes=1))
        known.update(last_event_at=at)
