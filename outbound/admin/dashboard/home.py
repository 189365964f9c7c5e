"""The first page: how things stand, what needs a person, and the way to a first message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.base.alert import Alert
from outbound.admin.dashboard import alerts, charts, webhook_silence
from outbound.admin.dashboard.kpis import as_of, figures
from outbound.admin.dashboard.queries import Glance, glance
from outbound.admin.integrations import resume_stopped
from outbound.lifecycle import UNFINISHED, CampaignStatus, IntegrationStatus
from outbound.models import Campaign, Integration, Message, WebhookKey
from outbound.reports import daily_counts, totals
from outbound.reports.totals import Tally
from outbound.sending import heartbeat
from outbound.sending.limits import eligible

RECENT_SENDS = 5
NEEDED = ("outbound.view_message", "outbound.view_campaign", "outbound.view_integration")


@dataclass(frozen=True)
class Step:
    """One step towards the first message."""

    label: str | Promise
    is_done: bool
    url: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the home page shows to its template context; the skin calls it."""
    if not request.user.has_perms(NEEDED):
        return context  # the plain list of what they may open
    now = timezone.now()
    shown = Message.objects.shown()
    seen = glance(cast(User, request.user), shown, now)
    _tell_menu(context, seen.in_doubt)
    integrations = list(_integrations())
    drafts, recent = _latest_sends()
    return context | {
        "is_first_page": True,
        "sender_alarm": heartbeat.alarm_after(seen.signs, now),
        "sender": alerts.sender(seen.sender_at, now),
        "alerts": [
            *resume_stopped.alert(
                integrations, may_resume=request.user.has_perm("outbound.pause_integration")
            ),
            *_alerts(seen, integrations, now),
        ],
        "steps": [] if recent else _first_steps(seen, integrations),
        "recent": recent,
        "drafts": drafts,
        **_numbers(seen, shown, integrations, now),
    }


def _numbers(
    seen: Glance, shown: QuerySet[Message], integrations: list[Integration], now: datetime
) -> dict[str, Any]:
    numbers = daily_counts.today(now, shown=shown, count=seen.today)
    today = totals.tally(numbers.rows)
    by_integration = totals.by(lambda row: row.integration_id, numbers.rows)
    by_hour = totals.by(lambda row: row.hour, numbers.rows)
    hours = [(_("%(hour)sh") % {"hour": hour}, by_hour.get(hour, Tally())) for hour in range(24)]
    return {
        "figures": figures(seen, today),
        "as_of": as_of(numbers),
        "chart": charts.stacked(hours) if today.planned else None,
        "integrations": [
            alerts.endpoint(one, by_integration.get(one.pk, Tally()), now) for one in integrations
        ],
    }


def _alerts(seen: Glance, integrations: list[Integration], now: datetime) -> list[Alert]:
    """Return what needs a person, the most urgent first."""
    silent = webhook_silence.silent(integrations, webhook_silence.unheard(integrations, now), now)
    return [*alerts.held(integrations), *alerts.silences(silent), *alerts.inbox(seen, now)]


def _integrations() -> Iterable[Integration]:
    """Return all, each with whether a webhook was connected and whether a standing one is waited for."""
    running = eligible.with_queued_rows().filter(status=CampaignStatus.RUNNING, integration=OuterRef("pk"))
    standing = When(~Q(status=IntegrationStatus.ACTIVE), then=Exists(running))
    return Integration.objects.select_related("throttle").annotate(
        has_webhook=Exists(WebhookKey.objects.filter(integration=OuterRef("pk"))),
        is_waited_for=Case(standing, default=Value(False), output_field=BooleanField()),
    )


def _latest_sends() -> tuple[list[Campaign], list[Campaign]]:
    """Return the latest drafts and the latest sends, asked for together."""
    draft, shown = Q(status=CampaignStatus.DRAFT), Campaign.objects.exclude(status=UNFINISHED)
    latest = [shown.filter(which).values("pk")[:RECENT_SENDS] for which in (draft, ~draft)]
    found = Campaign.objects.filter(Q(pk__in=latest[0]) | Q(pk__in=latest[1]))
    both = list(found.select_related("integration", "template"))
    return [one for one in both if one.is_draft], [one for one in both if not one.is_draft]


def _first_steps(seen: Glance, integrations: list[Any]) -> list[Step]:
    with_token = any(one.token for one in integrations)
    hears = any(one.last_event_at or one.has_webhook for one in integrations)
    add = reverse("admin:outbound_integration_add")
    webhook = reverse("admin:outbound_integration_change", args=[integrations[0].pk]) if integrations else add
    return [
        Step(gettext_lazy("Add an integration with its token"), with_token, add),
        Step(gettext_lazy("Connect the webhook, which tells what becomes of messages"), hears, webhook),
        Step(gettext_lazy("Register a template"), seen.has_templates, reverse("admin:outbound_template_add")),
        Step(gettext_lazy("Save a recipient"), seen.has_recipients, reverse("admin:outbound_recipient_add")),
        Step(
            gettext_lazy("Compose a message, review it, send it"),
            False,
            reverse("admin:outbound_campaign_compose"),
        ),
    ]


def _tell_menu(context: dict[str, Any], count: int) -> None:
    """Spare the menu its own question about what is in doubt."""
    # Of the type: the object itself would ask to have an answer.
    for group in context.get("sidebar_navigation", []):
        for item in group["items"]:
            if hasattr(type(item.get("badge")), "in_doubt"):
                item["badge"].in_doubt = count
