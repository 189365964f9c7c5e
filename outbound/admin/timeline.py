"""What happened to one message, in order: composed, queued, each attempt and its answer, any decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from outbound.admin.badges import ATTEMPT_BADGES
from outbound.admin.held import starts_later
from outbound.admin.stamps import person
from outbound.lifecycle import TAKEN, AttemptOutcome, CampaignStatus, MessageStatus
from outbound.models import Attempt, Message


@dataclass(frozen=True)
class Moment:
    """One line of the timeline; `answer` holds the gateway's own words."""

    what: str
    at: datetime | None
    tone: str = "neutral"
    detail: str = ""
    answer: str = ""


def timeline(message: Message, now: datetime) -> list[Moment]:
    """Return the moments of `message`, in one query for its attempts."""
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
    moments += [_attempt(attempt) for attempt in message.attempts.order_by("number")]
    if message.settled_at:
        moments += _settled(message)
    if message.status in (MessageStatus.SKIPPED, MessageStatus.CANCELLED):
        what = message.get_status_display()
        moments.append(Moment(what, message.status_changed_at, detail=message.get_reason_display()))
    if starts_later(message, now):
        moments.append(Moment(_("Starts"), message.due_at, "info"))
    elif message.status == MessageStatus.QUEUED and message.attempt_count:
        moments.append(_next_try(message))
    return moments


def _settled(message: Message) -> list[Moment]:
    """Return a person's decision about a doubt, and the answer that came all the same."""
    who = {"who": person(message.settled_by)}
    if message.status == MessageStatus.ASSUMED_SENT:
        what = _("Taken as sent by %(who)s") % who
    elif message.status == MessageStatus.ASSUMED_NOT_SENT:
        what = _("Taken as not sent by %(who)s") % who
    else:
        what = _("Decided by %(who)s without an answer") % who
    moments = [Moment(what, message.settled_at, "warning", message.settled_reason)]
    if message.status in TAKEN:
        moments.append(
            Moment(_("The answer came after all, and counts"), message.status_changed_at, "success")
        )
    return moments


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
