"""Why a queued message is not sent yet."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from outbound.admin.base.formatting import moment
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Message
from outbound.sending.limits import backpressure


def queue_reason(message: Message, now: datetime) -> str:
    """Return what a queued message waits for, as a sentence; "" if only other messages are before it."""
    if message.status != MessageStatus.QUEUED:
        return ""
    campaign, integration = message.campaign, message.integration
    if campaign.status == CampaignStatus.PAUSED:
        return _("It waits because its send is paused: %(reason)s") % {
            "reason": _translated(campaign.status_reason)
        }
    if not integration.is_active:
        return _("It waits because its integration is not active: %(reason)s") % {
            "reason": _translated(integration.status_reason)
        }
    if starts_later(message, now):
        return _("It was sent with a time to start, and goes out by itself from %(when)s on.") % {
            "when": moment(message.due_at)
        }
    if wait := backpressure.current(integration, now):
        return _("It waits, and goes on by itself at %(when)s: %(reason)s") % {
            "when": moment(wait.until),
            "reason": wait.reason,
        }
    return ""


def starts_later(message: Message, now: datetime) -> bool:
    is_first = not message.attempt_count
    return (
        message.status == MessageStatus.QUEUED and is_first and bool(message.due_at and message.due_at > now)
    )


def _translated(reason: str) -> str:
    # Reasons that the console sets itself are stored as English msgids.
    return _(reason) if reason else "–"
