"""Finds the message that a status event is about, and what the event's status word means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outbound.gateways.base import StatusUpdate
from outbound.lifecycle import EventState
from outbound.models import Attempt, Message, WebhookEvent
from outbound.tracking.changes import Evidence
from outbound.tracking.reading import Reading
from outbound.tracking.status_words import Dictionary, UnknownWord

# When an event whose message is not there is tried again; after the last it is an orphan.
RETRY_DELAYS = [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)] + [
    timedelta(hours=1),
    timedelta(hours=24),
]
OTHER_INTEGRATION = "cross_integration"
SEVERAL_MESSAGES = "several_messages"


@dataclass(frozen=True)
class Match:
    """A status event and what it says of the message it is about."""

    reading: Reading
    evidence: Evidence


@dataclass(frozen=True)
class Found:
    """A message, or in `note` why there is none. `external_id` is the attempt's, if the event names it."""

    message_id: int | None = None
    external_id: str = ""
    note: str = ""


Wanted = tuple[int, StatusUpdate]  # the integration whose webhook it came to, and the update
ByExternalId = dict[str, tuple[int, int]]  # the message and its integration
Candidates = dict[tuple[int, str], set[int]]  # by integration and id


def match(readings: Iterable[Reading], now: datetime) -> list[Match]:
    """Return the status events that change a message; settle or postpone the others.

    An event waits if its message is not there yet. Takes the same number of queries for any number of events.
    """
    updates = [(one, one.parsed) for one in readings if isinstance(one.parsed, StatusUpdate)]
    words = Dictionary(update.word for _reading, update in updates)
    found = find_messages([(reading.event.integration_id, update) for reading, update in updates])
    matches = []
    for (reading, update), one in zip(updates, found, strict=True):
        if evidence := _evidence(reading, update, one, words, now):
            matches.append(Match(reading, evidence))
    return matches


def _evidence(
    reading: Reading, update: StatusUpdate, found: Found, words: Dictionary, now: datetime
) -> Evidence | None:
    event = reading.event
    event.note, event.message_id = found.note or event.note, found.message_id
    try:
        meaning = words.meaning(update.word)
    except UnknownWord:
        reading.settle(EventState.UNKNOWN)
        return None
    if found.message_id is None:
        _wait(reading, now, is_hopeless=bool(found.note))
    elif meaning is None:
        reading.settle(EventState.IDLE)
    else:
        return Evidence(found.message_id, meaning, update, found.external_id)
    return None


def _wait(reading: Reading, now: datetime, *, is_hopeless: bool) -> None:
    event = reading.event
    if event.tries >= len(RETRY_DELAYS) or is_hopeless:
        reading.settle(EventState.ORPHAN)
        return
    reading.postpone(RETRY_DELAYS[event.tries], now)
    event.tries += 1


def find_messages(wanted: Sequence[Wanted]) -> list[Found]:
    """Return what was found for each: by our own id, else by the gateway's or the provider's."""
    by_external = _by_external_id(update.external_id for _pk, update in wanted if update.external_id)
    rest = [one for one in wanted if not one[1].external_id]
    by_number = _by_gateway_id(rest)
    by_channel = _by_channel_id(rest)
    for pk, update in wanted:  # an event of the same batch may name both ids
        message_id, owner = by_external.get(update.external_id, (0, 0))
        if update.channel_message_id and owner == pk:
            by_channel[pk, update.channel_message_id].add(message_id)
    return [_found(one, by_external, by_number, by_channel) for one in wanted]


def _found(one: Wanted, by_external: ByExternalId, by_number: Candidates, by_channel: Candidates) -> Found:
    integration_id, update = one
    if update.external_id:
        message_id, owner = by_external.get(update.external_id, (None, None))
        if message_id is None:
            return Found()
        if owner != integration_id:
            return Found(note=OTHER_INTEGRATION)
        return Found(message_id, update.external_id)
    for ids, name in ((by_number, update.gateway_message_id), (by_channel, update.channel_message_id)):
        found = ids.get((integration_id, name), set()) if name else set()
        if len(found) > 1:
            return Found(note=SEVERAL_MESSAGES)
        if found:
            return Found(next(iter(found)))
    return Found()


def _by_external_id(ids: Iterable[str]) -> ByExternalId:
    attempts = Attempt.objects.filter(external_id__in=set(ids))
    found = attempts.values_list("external_id", "message_id", "message__integration_id")
    return {external_id: (message_id, owner) for external_id, message_id, owner in found}


def _by_gateway_id(wanted: Sequence[Wanted]) -> Candidates:
    ids = {update.gateway_message_id for _pk, update in wanted} - {""}
    rows = Message.objects.filter(gateway_message_id__in=ids) if ids else Message.objects.none()
    return _grouped(rows.order_by().values_list("integration_id", "gateway_message_id", "pk"))


def _by_channel_id(wanted: Sequence[Wanted]) -> Candidates:
    """Find messages by events that named both this id and ours."""
    ids = {update.channel_message_id for _pk, update in wanted} - {""}
    known = WebhookEvent.objects.filter(channel_message_id__in=ids, message__isnull=False)
    rows = known if ids else WebhookEvent.objects.none()
    return _grouped(rows.order_by().values_list("integration_id", "channel_message_id", "message_id"))


def _grouped(rows: Iterable[tuple[int, str | None, int]]) -> Candidates:
    found: Candidates = defaultdict(set)
    for integration_id, name, message_id in rows:
        found[integration_id, name or ""].add(message_id)
    return found
