"""Says why an integration sends nothing although nobody paused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from outbound.lifecycle import Hold
from outbound.models import Integration
from outbound.sending.limits import eligible, rate_limit


@dataclass(frozen=True)
class Wait:
    """Why an integration waits, and until when."""

    reason: str
    until: datetime


def current(integration: Integration, now: datetime) -> Wait | None:
    """Return why `integration` sends nothing now although nobody paused or stopped it, or None."""
    held = eligible.throttle_of(integration)
    until = rate_limit.next_opening(integration, held, now)
    if until <= now:
        return None
    if integration.per_day is not None and rate_limit.used_today(held, now) >= integration.per_day:
        return Wait(_("The limit of messages for today is reached"), until)
    if until == held.held_until:
        return Wait(str(Hold(held.hold or Hold.OUTAGE).label), until)
    return Wait(_("It is outside the allowed hours"), until)
