"""What the first page says of the sender and of each integration: at work, waiting, or held by a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin import pausing, waiting
from outbound.admin.stamps import moment
from outbound.lifecycle import CampaignStatus, IntegrationStatus
from outbound.models import Integration
from outbound.sending import lanes

# The schedule wakes a sender each minute, give or take half of one, so it missed at least one by then.
LONGEST_IDLE = timedelta(minutes=3)


@dataclass(frozen=True)
class Sign:
    """One line with a symbol. `tone` is `success` or `warning`; `url` leads to what it speaks of."""

    icon: str
    text: str
    tone: str
    url: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One integration: its state as a badge, and why it is not sending where it is not."""

    name: str
    url: str
    badge: str
    state: str
    why: str


def sender(beat_at: datetime | None, now: datetime) -> Sign:
    """Say when a sender last gave a sign of life."""
    if beat_at is None:
        return Sign("heart_broken", _("Nobody is sending: no sender has been at work yet."), "warning")
    if now - beat_at > LONGEST_IDLE:
        values = {"when": moment(beat_at)}
        return Sign("heart_broken", _("Nobody is sending since %(when)s.") % values, "warning")
    seconds = max(0, int((now - beat_at).total_seconds()))
    text = ngettext(
        "The sender was at work %(count)s second ago.",
        "The sender was at work %(count)s seconds ago.",
        seconds,
    )
    return Sign("monitor_heart", text % {"count": seconds}, "success")


def endpoint(one: Integration, now: datetime) -> Endpoint:
    why = waiting.sentence(one, now) if one.is_active else pausing.reason(one)
    badge = "warning" if one.is_active and why else pausing.BADGES[one.status]
    state = _("Waiting") if one.is_active and why else one.get_status_display()
    return Endpoint(one.name, _url(one), badge, state, why)


def held(integrations: Iterable[Integration]) -> list[Sign]:
    """Name those that a person has to resume, where running sends have messages for them."""
    standing = [one for one in integrations if not one.is_active]
    if not standing:
        return []
    sends = lanes.with_queued_rows().filter(status=CampaignStatus.RUNNING, integration__in=standing)
    waited_for = set(sends.values_list("integration", flat=True))
    return [
        Sign("pause_circle", _held(one), "warning", _url(one)) for one in standing if one.pk in waited_for
    ]


def _held(integration: Integration) -> str:
    if integration.status == IntegrationStatus.STOPPED:
        return _("Messages wait for %(name)s, which is stopped.") % {"name": integration.name}
    return _("Messages wait for %(name)s, which is paused.") % {"name": integration.name}


def _url(integration: Integration) -> str:
    return reverse("admin:outbound_integration_change", args=[integration.pk])
