"""The timeline of one message: composed, queued, attempts, webhook events, and a person's resolution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from outbound.admin.base.badges import ATTEMPT_BADGES
from outbound.admin.base.formatting import person
from outbound.admin.messages.timeline.entry import Entry
from outbound.admin.messages.timeline.events import event_entry, events_of, happened_at, status_of
from outbound.admin.messages.timeline.queue_reason import starts_later
from outbound.lifecycle import TAKEN, AttemptOutcome, CampaignStatus, MessageStatus
from outbound.models import Attempt, Message


def timeline(message: Message, now: datetime) -> list[Entry]:
    """Return the entries in the order of time; two queries, for attempts and for events."""
    campaign = message.campaign
    composed = _("Composed by %(who)s") % {"who": person(campaign.created_by)}
    entries = [Entry(composed, campaign.created_at)]
    sent_by = {"who": person(campaign.launched_by)}
    if message.status == MessageStatus.SKIPPED and not message.payload:
        entries.append(
            Entry(_("Left out when %(who)s sent it") % sent_by, message.created_at, detail=_why(message))
        )
        return entries
    entries.append(Entry(_("Queued by %(who)s") % sent_by, message.created_at, "info"))
    entries += _after_queueing(message)
    if starts_later(message, now):
        entries.append(Entry(_("Starts"), message.due_at, "info"))
    elif message.status == MessageStatus.QUEUED and message.attempt_count:
        entries.append(_next_try(message))
    return entries


def _after_queueing(message: Message) -> list[Entry]:
    """Return attempts, events, resolution and end of the message, sorted by time."""
    attempts, events = list(message.attempts.order_by("number")), events_of(message)
    placed = [(attempt.opened_at, _attempt(attempt)) for attempt in attempts]
    placed += [(_position(event, attempts), event_entry(event)) for event in events]
    if message.settled_at:
        placed += [(one.at or message.settled_at, one) for one in _resolution(message, events)]
    if message.status in (MessageStatus.SKIPPED, MessageStatus.CANCELLED):
        what, at = message.get_status_display(), message.status_changed_at
        placed.append((at, Entry(what, at, detail=message.get_reason_display())))
    return [one for _at, one in sorted(placed, key=lambda pair: pair[0])]


def _position(event: Any, attempts: Sequence[Attempt]) -> datetime:
    """Return the time to sort an event by: never before the attempt it follows, even if clocks differ."""
    opened = [attempt.opened_at for attempt in attempts if attempt.opened_at <= event.received_at]
    return max([happened_at(event), *opened[-1:]])


def _resolution(message: Message, events: Sequence[Any]) -> list[Entry]:
    """Return how a person resolved an unconfirmed message, and evidence that came afterwards."""
    assert message.settled_at
    who = {"who": person(message.settled_by)}
    if message.status == MessageStatus.ASSUMED_SENT:
        what = _("Taken as sent by %(who)s") % who
    elif message.status == MessageStatus.ASSUMED_NOT_SENT:
        what = _("Taken as not sent by %(who)s") % who
    else:
        what = _("Decided by %(who)s without an answer") % who
    entries = [Entry(what, message.settled_at, "warning", message.settled_reason)]
    if message.status in TAKEN:
        entries.append(_evidence(message, message.settled_at, events))
    return entries


def _evidence(message: Message, resolved_at: datetime, events: Sequence[Any]) -> Entry:
    later = [event.received_at for event in events if event.received_at > resolved_at and status_of(event)]
    if later:
        return Entry(_("Zenvia told of it after all, and that counts"), later[0], "success")
    return Entry(_("The answer came after all, and counts"), message.status_changed_at, "success")


def _next_try(message: Message) -> Entry:
    if message.campaign.status == CampaignStatus.PAUSED:
        return Entry(_("Next try when the send is resumed"), None, "warning", _why(message))
    if not message.integration.is_active:
        return Entry(_("Next try when the integration is resumed"), None, "warning", _why(message))
    return Entry(_("Next try"), message.due_at, "info", _why(message))


def _attempt(attempt: Attempt) -> Entry:
    return Entry(
        what=_("Attempt %(number)d: %(outcome)s")
        % {"number": attempt.number, "outcome": attempt.get_outcome_display()},
        at=attempt.opened_at,
        tone=ATTEMPT_BADGES[AttemptOutcome(attempt.outcome)].tone,
        detail=" · ".join(filter(None, facts(attempt))),
        answer=attempt.answer,
    )


def facts(attempt: Attempt) -> list[str]:
    """Return reason, HTTP status, latency and external id of one attempt as texts; "" for unknown ones."""
    return [
        attempt.get_reason_display(),
        f"HTTP {attempt.http_status}" if attempt.http_status else "",
        _("%(ms)d ms") % {"ms": attempt.latency_ms} if attempt.latency_ms is not None else "",
        _("external id %(id)s") % {"id": attempt.external_id},
    ]


def _why(message: Message) -> str:
    return " · ".join(
        filter(None, [message.get_reason_display(), message.detail if not message.attempt_count else ""])
    )
