"""The page of one message: its state, its timeline, and what to do next."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from outbound import phones
from outbound.admin.base.badges import MESSAGE_BADGES
from outbound.admin.compose import preview
from outbound.admin.messages.advice import advice
from outbound.admin.messages.timeline.queue_reason import queue_reason
from outbound.admin.messages.timeline.timeline import timeline
from outbound.lifecycle import WAITING, CampaignStatus, MessageStatus
from outbound.models import Message
from outbound.reports import failure_reasons

# Everything the page shows of other records, in one query.
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
# Refresh intervals in milliseconds: while the message waits or is sent, and while events may still come.
FAST_REFRESH, SLOW_REFRESH = 2000, 5000
EVENTS_EXPECTED_FOR = timedelta(hours=1)
# Statuses after which the page no longer refreshes itself.
NO_MORE_EVENTS = frozenset(
    {MessageStatus.READ, MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED}
)


def found(pk: int) -> Message | None:
    """Return a message with its related records, or None if it does not exist or is still being launched."""
    message = Message.objects.select_related(*RELATED).filter(pk=pk).first()
    return message if message and message.campaign.status != CampaignStatus.LAUNCHING else None


def page(message: Message) -> dict[str, Any]:
    """Return the template context of a message that was `found`."""
    now = timezone.now()
    resent_as_message = getattr(message, "resent_as", None)
    if resent_as_message and resent_as_message.campaign.status == CampaignStatus.LAUNCHING:
        resent_as_message = None  # its launch may still be stopped
    body = json.loads(message.payload) if message.payload else {}
    return {
        "title": phones.display(message.phone),
        "message": message,
        "original": message,
        "badge": MESSAGE_BADGES[MessageStatus(message.status)],
        "why": "" if failure_reasons.is_contradicted(message) else failure_reasons.reason_text(message),
        "is_contradicted": failure_reasons.is_contradicted(message),
        "advice": advice(message, queue_reason(message, now), was_resent=bool(resent_as_message)),
        "timeline": timeline(message, now),
        "refresh_ms": refresh_ms(message, now),
        "resent_as_message": resent_as_message,
        "body": json.dumps(body, ensure_ascii=False, indent=2) if body else "",
        **preview.of_message(message, body),
    }


def refresh_ms(message: Message, now: datetime) -> int:
    """Return after how many milliseconds the page reloads its content; 0 if nothing more is expected."""
    if message.status in WAITING:
        return FAST_REFRESH
    is_recent = message.status_changed_at > now - EVENTS_EXPECTED_FOR
    return SLOW_REFRESH if is_recent and message.status not in NO_MORE_EVENTS else 0
