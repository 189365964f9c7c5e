"""The first page: how things stand, what needs a person, and the way to a first message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbound import heartbeat, reports
from outbound.admin import signs
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message, Recipient, Template

RECENT_SENDS = 5


@dataclass(frozen=True)
class Figure:
    """One number with its name, and the rows of the history that it counts."""

    label: str | Promise
    count: int
    url: str
    tone: str


@dataclass(frozen=True)
class Step:
    """One step towards the first message."""

    label: str | Promise
    is_done: bool
    url: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the home page shows to its template context; the skin calls it."""
    needed = ("outbound.view_message", "outbound.view_campaign", "outbound.view_integration")
    if not request.user.has_perms(needed):
        return context  # the plain list of what they may open
    now = timezone.localtime()
    beat_at, integrations = heartbeat.last_beat(), list(Integration.objects.select_related("throttle"))
    drafts, recent = _latest_sends()
    return context | {
        "sender_alarm": heartbeat.alarm_after(beat_at, now),
        "sender": signs.sender(beat_at, now),
        "held": signs.held(integrations),
        "integrations": [signs.endpoint(one, now) for one in integrations],
        "figures": _figures(now),
        "steps": [] if recent else _first_steps(integrations),
        "recent": recent,
        "drafts": drafts,
    }


def _latest_sends() -> tuple[list[Campaign], list[Campaign]]:
    """Return the latest drafts and the latest sends, asked for together."""
    draft = Q(status=CampaignStatus.DRAFT)
    latest = [Campaign.objects.filter(which).values("pk")[:RECENT_SENDS] for which in (draft, ~draft)]
    found = Campaign.objects.filter(Q(pk__in=latest[0]) | Q(pk__in=latest[1]))
    both = list(found.select_related("integration", "template"))
    return [one for one in both if one.is_draft], [one for one in both if not one.is_draft]


def _figures(now: datetime) -> list[Figure]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    history = reverse("admin:outbound_message_changelist")
    today = reports.row_sum(Message.objects.filter(created_at__gte=midnight))
    open_ones = [MessageStatus.QUEUED, MessageStatus.UNCONFIRMED]
    still_open = reports.row_sum(Message.objects.filter(status__in=open_ones))
    return [
        Figure(_("Waiting"), still_open.waiting, f"{history}?status__exact=queued", "info"),
        Figure(_("Accepted today"), today.taken, f"{history}?status__exact=accepted&when=today", "success"),
        Figure(_("Refused today"), today.refused, f"{history}?status__exact=refused&when=today", "danger"),
        Figure(_("In doubt"), still_open.in_doubt, reverse("admin:outbound_message_doubts"), "warning"),
    ]


def _first_steps(integrations: list[Integration]) -> list[Step]:
    with_token = any(one.token for one in integrations)
    return [
        Step(_("Add an integration with its token"), with_token, reverse("admin:outbound_integration_add")),
        Step(_("Register a template"), Template.objects.exists(), reverse("admin:outbound_template_add")),
        Step(_("Save a recipient"), Recipient.objects.exists(), reverse("admin:outbound_recipient_add")),
        Step(_("Compose a message, review it, send it"), False, reverse("admin:outbound_campaign_compose")),
    ]
