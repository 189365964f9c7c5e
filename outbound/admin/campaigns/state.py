"""The state of a send: one word for lists, and notes on why it waits or who paused it."""

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
    "unconfirmed": ("warning", gettext_lazy("Finished, some in doubt")),
    "finished": ("success", gettext_lazy("Finished")),
    "paused": ("warning", gettext_lazy("Paused")),
    "cancelled": ("neutral", pgettext_lazy("send", "Cancelled")),
}


@dataclass(frozen=True)
class Note:
    """A sentence about the state of a send. `tone` is `warn` or empty."""

    icon: str
    text: str
    tone: str = ""


def state_of(campaign: Campaign, *, waiting: bool, unconfirmed: bool, now: datetime) -> str:
    """Return a key of STATES; `waiting` and `unconfirmed` say whether the send has such messages."""
    if campaign.status in (CampaignStatus.DRAFT, CampaignStatus.LAUNCHING, CampaignStatus.CANCELLED):
        return campaign.status
    if not waiting:
        return "unconfirmed" if unconfirmed else "finished"
    if campaign.status == CampaignStatus.PAUSED:
        return campaign.status
    if not (campaign.integration and campaign.integration.is_active):
        return "held"
    if is_scheduled(campaign, now):
        return "scheduled"
    return "waiting" if _wait(campaign, now) else "sending"


def is_scheduled(campaign: Campaign, now: datetime) -> bool:
    return bool(campaign.starts_at and campaign.starts_at > now)


def in_canary(campaign: Campaign, rows: StatusCounts) -> bool:
    """Whether only the first few messages may go yet (`sending/limits/canary.py`)."""
    large = rows.planned - rows.skipped > canary.MIN_RECIPIENTS
    return campaign.first_wave and not campaign.first_wave_passed_at and large


def notes(campaign: Campaign, rows: StatusCounts, now: datetime) -> list[Note]:
    """Return notes on a send that is neither simply sending nor finished."""
    if campaign.status == CampaignStatus.CANCELLED:
        return [_decision_note(campaign)]
    if rows.is_finished:
        return []
    if campaign.status == CampaignStatus.PAUSED:
        return [_decision_note(campaign)]
    sentences = []
    if is_scheduled(campaign, now):
        sentences.append(Note("schedule", _("It starts on %(when)s.") % {"when": moment(campaign.starts_at)}))
    elif wait := _wait(campaign, now):
        values = {"reason": wait.reason, "when": moment(wait.until)}
        sentences.append(Note("schedule", _("%(reason)s. It goes on by itself on %(when)s.") % values))
    if in_canary(campaign, rows):
        sentences.append(Note("filter_5", _canary_text()))
    return sentences


def decision(campaign: Campaign) -> str:
    """Return the reason of the last pause, resumption or cancellation, in the reader's language."""
    # The console's own reasons are stored as English msgids.
    return _(campaign.status_reason) if campaign.status_reason else ""


def _wait(campaign: Campaign, now: datetime) -> backpressure.Wait | None:
    integration = campaign.integration
    return backpressure.current(integration, now) if integration and integration.is_active else None


def _decision_note(campaign: Campaign) -> Note:
    values = {"who": person(campaign.status_changed_by), "when": moment(campaign.status_changed_at)}
    if campaign.status == CampaignStatus.PAUSED:
        icon, text, tone = "pause_circle", _("Paused by %(who)s on %(when)s.") % values, "warn"
    else:
        icon, text, tone = "cancel", _("Cancelled by %(who)s on %(when)s.") % values, ""
    return Note(icon, f"{text} {decision(campaign)}".strip(), tone)


def _canary_text() -> str:
    return ngettext(
        "%(count)s message goes first; the others follow as soon as it is accepted.",
        "%(count)s messages go first; the others follow as soon as one of them is accepted.",
        canary.SIZE,
    ) % {"count": canary.SIZE}
