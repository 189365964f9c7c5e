"""Which message an event speaks of: by our own id, else by what the gateway or Zenvia called it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outbound.gateways.base import StatusUpdate
from outbound.models import Attempt, Message, WebhookEvent

OTHER_INTEGRATION = "cross_integration"
SEVERAL_MESSAGES = "several_messages"


@dataclass(frozen=True)
class Match:
    """A message, or in `note` why there is none. `external_id` is the attempt's, where it was named."""

    message_id: int | None = None
    external_id: str = ""
    note: str = ""


Wanted = tuple[int, StatusUpdate]  # the integration whose webhook it came to, and what it tells


def match(wanted: Sequence[Wanted]) -> list[Match]:
    """Return a match for each, in a constant number of questions."""
    by_external = _by_external_id(update.external_id for _pk, update in wanted if update.external_id)
    rest = [one for one in wanted if not one[1].external_id]
    by_number = _by_gateway_id(rest)
    by_channel = _by_channel_id(rest)
    for pk, update in wanted:  # an event of the same page may name both ids
        message_id, owner = by_external.get(update.external_id, (0, 0))
        if update.channel_message_id and owner == pk:
            by_channel[pk, update.channel_message_id].add(message_id)
    return [_match(one, by_external, by_number, by_channel) for one in wanted]


Found = dict[str, tuple[int, int]]
Candidates = dict[tuple[int, str], set[int]]


def _match(one: Wanted, by_external: Found, by_number: Candidates, by_channel: Candidates) -> Match:
    integration_id, update = one
    if update.external_id:
        message_id, owner = by_external.get(update.external_id, (None, None))
        if message_id is None:
            return Match()
        if owner != integration_id:
            return Match(note=OTHER_INTEGRATION)
        return Match(message_id, update.external_id)
    for ids, name in ((by_number, update.gateway_message_id), (by_channel, update.channel_message_id)):
        found = ids.get((integration_id, name), set()) if name else set()
        if len(found) > 1:
            return Match(note=SEVERAL_MESSAGES)
        if found:
            return Match(next(iter(found)))
    return Match()


def _by_external_id(ids: Iterable[str]) -> Found:
    attempts = Attempt.objects.filter(external_id__in=set(ids))
    found = attempts.values_list("external_id", "message_id", "message__integration_id")
    return {external_id: (message_id, owner) for external_id, message_id, owner in found}


def _by_gateway_id(wanted: Sequence[Wanted]) -> Candidates:
    ids = {update.gateway_message_id for _pk, update in wanted} - {""}
    rows = Message.objects.filter(gateway_message_id__in=ids) if ids else Message.objects.none()
    return _grouped(rows.order_by().values_list("integration_id", "gateway_message_id", "pk"))


def _by_channel_id(wanted: Sequence[Wanted]) -> Candidates:
    """Find what an earlier event learned, by naming both ids."""
    ids = {update.channel_message_id for _pk, update in wanted} - {""}
    known = WebhookEvent.objects.filter(channel_message_id__in=ids, message__isnull=False)
    rows = known if ids else WebhookEvent.objects.none()
    return _grouped(rows.order_by().values_list("integration_id", "channel_message_id", "message_id"))


def _grouped(rows: Iterable[tuple[int, str | None, int]]) -> Candidates:
    found: Candidates = defaultdict(set)
    for integration_id, name, message_id in rows:
        found[integration_id, name or ""].add(message_id)
    return found
