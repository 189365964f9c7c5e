"""The alerts of the home page, and its line for the sender and for each integration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin.base.alert import Alert
from outbound.admin.base.formatting import moment
from outbound.admin.dashboard.queries import EventCounts
from outbound.admin.integrations import backpressure, pause
from outbound.lifecycle import EventState, IntegrationStatus, MessageStatus
from outbound.models import Integration
from outbound.reports.totals import Tally

# A worker sends a heartbeat at least once a minute, so two are missing by then.
MAX_SENDER_SILENCE = timedelta(minutes=3)
# The intake of webhook events sends a heartbeat every five seconds.
MAX_INTAKE_SILENCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Endpoint:
    """One integration: its state as a badge, why it does not send, and when its last event came.

    `unheard` counts today's messages that were accepted and have no event yet.
    """

    name: str
    url: str
    badge: str
    state: str
    why: str
    heard: str
    sent: int
    unheard: int
    unheard_url: str


def sender(beat_at: datetime | None, now: datetime) -> Alert:
    """Say when the sender last wrote its heartbeat."""
    if beat_at is None:
        return Alert("heart_broken", _("Nobody is sending: no sender has been at work yet."), "warning")
    if now - beat_at > MAX_SENDER_SILENCE:
        values = {"when": moment(beat_at)}
        return Alert("heart_broken", _("Nobody is sending since %(when)s.") % values, "warning")
    seconds = max(0, int((now - beat_at).total_seconds()))
    text = ngettext(
        "The sender was at work %(count)s second ago.",
        "The sender was at work %(count)s seconds ago.",
        seconds,
    )
    return Alert("monitor_heart", text % {"count": seconds}, "success")


def endpoint(one: Integration, today: Tally, now: datetime) -> Endpoint:
    """Describe the state of one integration; `today` counts its own messages."""
    why = backpressure.wait_text(one, now) if one.is_active else pause.reason_text(one)
    badge = "warning" if one.is_active and why else pause.BADGES[one.status]
    state = _("Waiting") if one.is_active and why else one.get_status_display()
    history = reverse("admin:outbound_message_changelist")
    only = f"?integration__id__exact={one.pk}&status__exact={MessageStatus.ACCEPTED.value}&when=today"
    return Endpoint(
        one.name, _url(one), badge, state, why, _heard(one, now), today.taken, today.accepted, history + only
    )


def inactive(integrations: Iterable[Any]) -> list[Alert]:
    """Return an alert for each paused or stopped integration that running sends wait for."""
    return [
        Alert("pause_circle", _inactive(one), "warning", _url(one))
        for one in integrations
        if one.is_waited_for
    ]


def silences(found: Iterable[tuple[Integration, str]]) -> list[Alert]:
    return [Alert("sensors_off", sentence, "warning", _url(one)) for one, sentence in found]


def webhook_events(events: EventCounts, intake_at: datetime | None, now: datetime) -> list[Alert]:
    """Return alerts for events that wait for the worker or that a person has to look at."""
    alerts = []
    if events.overdue_since is not None:
        alerts.append(Alert("inbox", _overdue(events, intake_at, now), "warning"))
    if events.unknown_words:
        text = ngettext(
            "%(count)s event says a word that the console does not know. Tell it what the word means.",
            "%(count)s events say a word that the console does not know. Tell it what the word means.",
            events.unknown_words,
        )
        text %= {"count": events.unknown_words}
        alerts.append(Alert("help_center", text, "warning", _events_url(EventState.UNKNOWN)))
    if events.unreadable:
        text = ngettext(
            "%(count)s event of the last 24 hours could not be read or applied. Have a look at it.",
            "%(count)s events of the last 24 hours could not be read or applied. Have a look at them.",
            events.unreadable,
        )
        text %= {"count": events.unreadable}
        alerts.append(Alert("unknown_document", text, "warning", _events_url(EventState.UNREADABLE)))
    return alerts


def _overdue(counts: EventCounts, intake_at: datetime | None, now: datetime) -> str:
    text = ngettext(
        "%(count)s event waits, since %(when)s",
        "%(count)s events wait, the oldest since %(when)s",
        counts.overdue,
    ) % {"count": counts.overdue, "when": moment(counts.overdue_since)}
    if intake_at is None:
        return _("%(events)s: nobody has ever taken events in. Start the worker.") % {"events": text}
    if now - intake_at > MAX_INTAKE_SILENCE:
        values = {"events": text, "when": moment(intake_at)}
        return _("%(events)s: nobody has taken events in since %(when)s. Start the worker.") % values
    return _("%(events)s. They are being taken in; what they tell comes late.") % {"events": text}


def _heard(one: Any, now: datetime) -> str:
    if one.last_event_at is None:
        return _("No event yet") if one.has_webhook else _("No webhook connected")
    if now - one.last_event_at < timedelta(minutes=1):
        return _("Last event less than a minute ago")
    return _("Last event %(time)s ago") % {"time": timesince(one.last_event_at, now, depth=1)}


def _events_url(state: EventState) -> str:
    try:
        return f"{reverse('admin:outbound_webhookevent_changelist')}?state__exact={state.value}"
    except NoReverseMatch:
        return ""


def _inactive(integration: Integration) -> str:
    if integration.status == IntegrationStatus.STOPPED:
        return _("Messages wait for %(name)s, which is stopped.") % {"name": integration.name}
    return _("Messages wait for %(name)s, which is paused.") % {"name": integration.name}


def _url(integration: Integration) -> str:
    return reverse("admin:outbound_integration_change", args=[integration.pk])
