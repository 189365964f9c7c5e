"""The page of one message: how it stands, what happened, what to do next."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from outbound import phones
from outbound.admin.base.badges import MESSAGE_BADGES
from outbound.admin.compose import preview
from outbound.admin.messages.advice import advice
from outbound.admin.messages.timeline.queue_reason import held
from outbound.admin.messages.timeline.timeline import timeline
from outbound.lifecycle import WAITING, CampaignStatus, MessageStatus
from outbound.models import Message
from outbound.reports import failure_reasons

# All that the page speaks of, in one question.
RELATED = (
    "campaign__template",
    "campaign__created_by",
    "campaign__launched_by",
    "integration__throttle",
    "recipient",
    "resend_of",
    "resent_as__campaign",
    "settled_by",
)
# How often the page looks again, in milliseconds: while it is on its way, and while more may be told of it.
QUICKLY, CALMLY = 2000, 5000
TOLD_WITHIN = timedelta(hours=1)
# Nothing that may still come is worth waiting for.
LAST_WORDS = frozenset(
    {MessageStatus.READ, MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED}
)


def found(pk: int) -> Message | None:
    """Return a message with all that its page shows of other records, or None."""
    message = Message.objects.select_related(*RELATED).filter(pk=pk).first()
    return message if message and message.campaign.status != CampaignStatus.LAUNCHING else None


def page(message: Message) -> dict[str, Any]:
    """Return what the template shows of a message that was `found`."""
    now = timezone.now()
    sent_again_as = getattr(message, "resent_as", None)
    if sent_again_as and sent_again_as.campaign.status == CampaignStatus.LAUNCHING:
        sent_again_as = None  # not yet, and perhaps never
    body = json.loads(message.payload) if message.payload else {}
    return {
        "title": phones.display(message.phone),
        "message": message,
        "original": message,
        "badge": MESSAGE_BADGES[MessageStatus(message.status)],
        "why": "" if failure_reasons.is_contradicted(message) else failure_reasons.why(message),
        "is_contradicted": failure_reasons.is_contradicted(message),
        "advice": advice(message, held(message, now), was_sent_again=bool(sent_again_as)),
        "timeline": timeline(message, now),
        "live": live(message, now),
        "sent_again_as": sent_again_as,
        "body": json.dumps(body, ensure_ascii=False, indent=2) if body else "",
        **preview.of_message(message, body),
    }


def live(message: Message, now: datetime) -> int:
    """Return how often the page looks again; 0 where nothing is expected any more."""
    if message.status in WAITING:
        return QUICKLY
    is_fresh = message.status_changed_at > now - TOLD_WITHIN
    return CALMLY if is_fresh and message.status not in LAST_WORDS else 0
