"""How a send stands: one word for it, and in sentences why it waits or who stopped it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from outbound.admin.base.formatting import moment, person
from outbound.lifecycle import CampaignStatus
from outbound.models import Campaign
from outbound.reports.campaign_counts import StatusCounts
from outbound.sending.limits import backpressure, canary

STATES: dict[str, tuple[str, str | Promise]] = {
    "draft": ("neutral", gettext_lazy("Draft")),
    "launching": ("info", gettext_lazy("Preparing")),
    "scheduled": ("info", gettext_lazy("Scheduled")),
    "sending": ("info", gettext_lazy("Sending")),
    "waiting": ("info", gettext_lazy("Waiting")),
    "held": ("warning", gettext_lazy("Waiting for its integration")),
    "doubts": ("warning", gettext_lazy("Finished, some in doubt")),
    "finished": ("success", gettext_lazy("Finished")),
    "paused": ("warning", gettext_lazy("Paused")),
    "cancelled": ("neutral", pgettext_lazy("send", "Cancelled")),
}


@dataclass(frozen=True)
class Note:
    """A sentence about how a send stands. `tone` is `warn` or nothing."""

    icon: str
    text: str
    tone: str = ""


def state_of(campaign: Campaign, *, waiting: bool, doubts: bool, now: datetime) -> str:
    """Return the key in STATES; `waiting` and `doubts` say whether the send has such messages."""
    if campaign.status in (CampaignStatus.DRAFT, CampaignStatus.LAUNCHING, CampaignStatus.CANCELLED):
        return campaign.status
    if not waiting:
        return "doubts" if doubts else "finished"
    if campaign.status == CampaignStatus.PAUSED:
        return campaign.status
    if not (campaign.integration and campaign.integration.is_active):
        return "held"
    if is_scheduled(campaign, now):
        return "scheduled"
    return "waiting" if _wait(campaign, now) else "sending"


def is_scheduled(campaign: Campaign, now: datetime) -> bool:
    return bool(campaign.starts_at and campaign.starts_at > now)


def in_first_wave(campaign: Campaign, rows: StatusCounts) -> bool:
    """Whether only the first few may go yet (sending/waves.py)."""
    large = rows.planned - rows.skipped > canary.MIN_RECIPIENTS
    return campaign.first_wave and not campaign.first_wave_passed_at and large


def notes(campaign: Campaign, rows: StatusCounts, now: datetime) -> list[Note]:
    """Say what a person wants to know of a send that is not simply sending or finished."""
    if campaign.status == CampaignStatus.CANCELLED:
        return [_stopped(campaign)]
    if rows.is_finished:
        return []
    if campaign.status == CampaignStatus.PAUSED:
        return [_stopped(campaign)]
    found = []
    if is_scheduled(campaign, now):
        found.append(Note("schedule", _("It starts on %(when)s.") % {"when": moment(campaign.starts_at)}))
    elif wait := _wait(campaign, now):
        values = {"reason": wait.reason, "when": moment(wait.until)}
        found.append(Note("schedule", _("%(reason)s. It goes on by itself on %(when)s.") % values))
    if in_first_wave(campaign, rows):
        found.append(Note("filter_5", _wave()))
    return found


def decision(campaign: Campaign) -> str:
    """Return why a send was paused, resumed or cancelled, in the reader's language."""
    # What the console decided by itself is stored in English, as a msgid.
    return _(campaign.status_reason) if campaign.status_reason else ""


def _wait(campaign: Campaign, now: datetime) -> backpressure.Wait | None:
    integration = campaign.integration
    return backpressure.current(integration, now) if integration and integration.is_active else None


def _stopped(campaign: Campaign) -> Note:
    values = {"who": person(campaign.status_changed_by), "when": moment(campaign.status_changed_at)}
    if campaign.status == CampaignStatus.PAUSED:
        icon, said, tone = "pause_circle", _("Paused by %(who)s on %(when)s.") % values, "warn"
    else:
        icon, said, tone = "cancel", _("Cancelled by %(who)s on %(when)s.") % values, ""
    return Note(icon, f"{said} {decision(campaign)}".strip(), tone)


def _wave() -> str:
    return ngettext(
        "%(count)s message goes first; the others follow as soon as it is accepted.",
        "%(count)s messages go first; the others follow as soon as one of them is accepted.",
        canary.SIZE,
    ) % {"count": canary.SIZE}
