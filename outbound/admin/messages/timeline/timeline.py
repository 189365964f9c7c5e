"""What happened to one message, in order: composed, queued, each attempt, each event, any decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from outbound.admin.base.badges import ATTEMPT_BADGES
from outbound.admin.base.formatting import person
from outbound.admin.messages.timeline.entry import Moment
from outbound.admin.messages.timeline.events import events_of, happened_at, reported, told
from outbound.admin.messages.timeline.queue_reason import starts_later
from outbound.lifecycle import TAKEN, AttemptOutcome, CampaignStatus, MessageStatus
from outbound.models import Attempt, Message


def timeline(message: Message, now: datetime) -> list[Moment]:
    """Return the moments of `message`: one query for its attempts, and one for its events."""
    campaign = message.campaign
    composed = _("Composed by %(who)s") % {"who": person(campaign.created_by)}
    moments = [Moment(composed, campaign.created_at)]
    sent_by = {"who": person(campaign.launched_by)}
    if message.status == MessageStatus.SKIPPED and not message.payload:
        moments.append(
            Moment(_("Left out when %(who)s sent it") % sent_by, message.created_at, detail=_why(message))
        )
        return moments
    moments.append(Moment(_("Queued by %(who)s") % sent_by, message.created_at, "info"))
    moments += _what_became_of_it(message)
    if starts_later(message, now):
        moments.append(Moment(_("Starts"), message.due_at, "info"))
    elif message.status == MessageStatus.QUEUED and message.attempt_count:
        moments.append(_next_try(message))
    return moments


def _what_became_of_it(message: Message) -> list[Moment]:
    """Return the attempts, the events and what people decided, each where it belongs in time."""
    attempts, events = list(message.attempts.order_by("number")), events_of(message)
    placed = [(attempt.opened_at, _attempt(attempt)) for attempt in attempts]
    placed += [(_place(event, attempts), reported(event)) for event in events]
    if message.settled_at:
        placed += [(one.at or message.settled_at, one) for one in _settled(message, events)]
    if message.status in (MessageStatus.SKIPPED, MessageStatus.CANCELLED):
        what, at = message.get_status_display(), message.status_changed_at
        placed.append((at, Moment(what, at, detail=message.get_reason_display())))
    return [one for _at, one in sorted(placed, key=lambda pair: pair[0])]


def _place(event: Any, attempts: Sequence[Attempt]) -> datetime:
    """Return where an event stands: never before the call that it speaks of, whatever the clocks say."""
    opened = [attempt.opened_at for attempt in attempts if attempt.opened_at <= event.received_at]
    return max([happened_at(event), *opened[-1:]])


def _settled(message: Message, events: Sequence[Any]) -> list[Moment]:
    """Return a person's decision about a doubt, and the evidence that came all the same."""
    assert message.settled_at
    who = {"who": person(message.settled_by)}
    if message.status == MessageStatus.ASSUMED_SENT:
        what = _("Taken as sent by %(who)s") % who
    elif message.status == MessageStatus.ASSUMED_NOT_SENT:
        what = _("Taken as not sent by %(who)s") % who
    else:
        what = _("Decided by %(who)s without an answer") % who
    moments = [Moment(what, message.settled_at, "warning", message.settled_reason)]
    if message.status in TAKEN:
        moments.append(_evidence(message, message.settled_at, events))
    return moments


def _evidence(message: Message, decided_at: datetime, events: Sequence[Any]) -> Moment:
    came = [event.received_at for event in events if event.received_at > decided_at and told(event)]
    if came:
        return Moment(_("Zenvia told of it after all, and that counts"), came[0], "success")
    return Moment(_("The answer came after all, and counts"), message.status_changed_at, "success")


def _next_try(message: Message) -> Moment:
    if message.campaign.status == CampaignStatus.PAUSED:
        return Moment(_("Next try when the send is resumed"), None, "warning", _why(message))
    if not message.integration.is_active:
        return Moment(_("Next try when the integration is resumed"), None, "warning", _why(message))
    return Moment(_("Next try"), message.due_at, "info", _why(message))


def _attempt(attempt: Attempt) -> Moment:
    return Moment(
        what=_("Attempt %(number)d: %(outcome)s")
        % {"number": attempt.number, "outcome": attempt.get_outcome_display()},
        at=attempt.opened_at,
        tone=ATTEMPT_BADGES[AttemptOutcome(attempt.outcome)].tone,
        detail=" · ".join(filter(None, facts(attempt))),
        answer=attempt.answer,
    )


def facts(attempt: Attempt) -> list[str]:
    """Return what is known of one call, in words; empty texts where nothing is."""
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
