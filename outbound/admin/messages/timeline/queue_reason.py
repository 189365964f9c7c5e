"""Why a queued message waits, where it is more than its turn that it waits for."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from outbound.admin.base.formatting import moment
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Message
from outbound.sending.limits import backpressure


def held(message: Message, now: datetime) -> str:
    """Return what holds a queued message back, in a sentence or two; nothing where it is simply next."""
    if message.status != MessageStatus.QUEUED:
        return ""
    campaign, integration = message.campaign, message.integration
    if campaign.status == CampaignStatus.PAUSED:
        return _("It waits because its send is paused: %(reason)s") % {"reason": _own(campaign.status_reason)}
    if not integration.is_active:
        return _("It waits because its integration is not active: %(reason)s") % {
            "reason": _own(integration.status_reason)
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


def _own(reason: str) -> str:
    # What the console decided by itself is stored in English, as a msgid.
    return _(reason) if reason else "–"
