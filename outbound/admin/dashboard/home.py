"""The home page: today's numbers, what needs attention, and the first steps of a new installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.base.alert import Alert
from outbound.admin.dashboard import alerts, charts, kpis, queries, webhook_silence
from outbound.admin.integrations import resume_stopped
from outbound.lifecycle import UNFINISHED, CampaignStatus, IntegrationStatus
from outbound.models import Campaign, Heartbeat, Integration, Message, Recipient, Template, WebhookKey
from outbound.reports import daily_counts, totals
from outbound.reports.totals import Tally
from outbound.sending import heartbeat
from outbound.sending.limits import eligible

RECENT_CAMPAIGNS = 5
NEEDED = ("outbound.view_message", "outbound.view_campaign", "outbound.view_integration")


@dataclass(frozen=True)
class Step:
    """One step of a new installation towards its first message."""

    label: str | Promise
    is_done: bool
    url: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the home page shows to its template context; the skin calls this (DASHBOARD_CALLBACK)."""
    if not request.user.has_perms(NEEDED):
        return context  # the template then lists the records that the user may open
    now = timezone.now()
    shown = Message.objects.shown()
    counts, events = queries.message_counts(shown, now), queries.event_counts(now)
    heartbeats = dict(Heartbeat.objects.values_list("name", "beat_at"))
    integrations = list(_integrations())
    drafts, recent = _latest_campaigns()
    return context | {
        "is_home": True,
        "sender_alarm": _sender_alarm(heartbeats, events, now),
        "sender": alerts.sender(heartbeats.get(heartbeat.SENDER), now),
        "alerts": [
            *resume_stopped.alert(
                integrations, may_resume=request.user.has_perm("outbound.pause_integration")
            ),
            *alerts.inactive(integrations),
            *_silent_webhooks(integrations, now),
            *alerts.webhook_events(events, heartbeats.get(heartbeat.INTAKE), now),
        ],
        "steps": [] if recent else _first_steps(integrations),
        "recent": recent,
        "drafts": drafts,
        **_numbers(counts, shown, integrations, now),
    }


def _sender_alarm(heartbeats: dict[str, datetime], events: queries.EventCounts, now: datetime) -> str:
    """Return the text of `{% sender_alarm %}` from what this page has read already."""
    known = {name: heartbeats.get(name) for name in heartbeat.HAS_WORK}
    return heartbeat.alarm_after(known | {heartbeat.OLDEST_EVENT: events.overdue_since}, now)


def _numbers(
    counts: queries.MessageCounts, shown: QuerySet[Message], integrations: list[Integration], now: datetime
) -> dict[str, Any]:
    numbers = daily_counts.today(now, shown=shown, count=counts.today)
    today = totals.tally(numbers.rows)
    by_integration = totals.by(lambda row: row.integration_id, numbers.rows)
    by_hour = totals.by(lambda row: row.hour, numbers.rows)
    hours = [(_("%(hour)sh") % {"hour": hour}, by_hour.get(hour, Tally())) for hour in range(24)]
    return {
        "kpis": kpis.kpis(today, waiting=queries.waiting(counts), unconfirmed=counts.unconfirmed),
        "as_of": kpis.as_of(numbers),
        "chart": charts.stacked(hours) if today.planned else None,
        "integrations": [
            alerts.endpoint(one, by_integration.get(one.pk, Tally()), now) for one in integrations
        ],
    }


def _silent_webhooks(integrations: list[Integration], now: datetime) -> list[Alert]:
    unheard = webhook_silence.unheard(integrations, now)
    return alerts.silences(webhook_silence.silent(integrations, unheard, now))


def _integrations() -> QuerySet[Integration]:
    """Return all, each with `has_webhook` and `is_waited_for` (inactive, and running sends wait for it)."""
    running = eligible.with_queued_messages().filter(
        status=CampaignStatus.RUNNING, integration=OuterRef("pk")
    )
    waited_for = When(~Q(status=IntegrationStatus.ACTIVE), then=Exists(running))
    return Integration.objects.select_related("throttle").annotate(
        has_webhook=Exists(WebhookKey.objects.filter(integration=OuterRef("pk"))),
        is_waited_for=Case(waited_for, default=Value(False), output_field=BooleanField()),
    )


def _latest_campaigns() -> tuple[list[Campaign], list[Campaign]]:
    """Return the latest drafts and the latest sends, in one query."""
    draft, shown = Q(status=CampaignStatus.DRAFT), Campaign.objects.exclude(status=UNFINISHED)
    latest = [shown.filter(which).values("pk")[:RECENT_CAMPAIGNS] for which in (draft, ~draft)]
    found = Campaign.objects.filter(Q(pk__in=latest[0]) | Q(pk__in=latest[1]))
    both = list(found.select_related("integration", "template"))
    return [one for one in both if one.is_draft], [one for one in both if not one.is_draft]


def _first_steps(integrations: list[Any]) -> list[Step]:
    has_token = any(one.token for one in integrations)
    has_webhook = any(one.last_event_at or one.has_webhook for one in integrations)
    add = reverse("admin:outbound_integration_add")
    webhook = reverse("admin:outbound_integration_change", args=[integrations[0].pk]) if integrations else add
    return [
        Step(gettext_lazy("Add an integration with its token"), has_token, add),
        Step(gettext_lazy("Connect the webhook, which tells what becomes of messages"), has_webhook, webhook),
        Step(
            gettext_lazy("Register a template"),
            Template.objects.exists(),
            reverse("admin:outbound_template_add"),
        ),
        Step(
            gettext_lazy("Save a recipient"),
            Recipient.objects.exists(),
            reverse("admin:outbound_recipient_add"),
        ),
        Step(
            gettext_lazy("Compose a message, review it, send it"),
            False,
            reverse("admin:outbound_campaign_compose"),
        ),
    ]
