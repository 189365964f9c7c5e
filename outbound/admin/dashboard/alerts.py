"""What the first page says of the sender and of each integration: at work, waiting, or held by a person."""

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
from outbound.admin.dashboard.queries import Glance
from outbound.admin.integrations import backpressure, pause
from outbound.lifecycle import EventState, IntegrationStatus, MessageStatus
from outbound.models import Integration
from outbound.reports.totals import Tally

# A worker pumps once a minute at least, so it missed two by then.
LONGEST_IDLE = timedelta(minutes=3)
# The intake beats every five seconds.
LONGEST_SILENCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Endpoint:
    """One integration: its state as a badge, why it is not sending where it is not, what it heard last.

    `unheard` counts today's messages that were accepted and of which no event told more.
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
    """Say when a sender last gave a sign of life."""
    if beat_at is None:
        return Alert("heart_broken", _("Nobody is sending: no sender has been at work yet."), "warning")
    if now - beat_at > LONGEST_IDLE:
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
    """Say how one integration stands; `today` is its own."""
    why = backpressure.sentence(one, now) if one.is_active else pause.reason(one)
    badge = "warning" if one.is_active and why else pause.BADGES[one.status]
    state = _("Waiting") if one.is_active and why else one.get_status_display()
    history = reverse("admin:outbound_message_changelist")
    only = f"?integration__id__exact={one.pk}&status__exact={MessageStatus.ACCEPTED.value}&when=today"
    return Endpoint(
        one.name, _url(one), badge, state, why, _heard(one, now), today.taken, today.accepted, history + only
    )


def held(integrations: Iterable[Any]) -> list[Alert]:
    """Name those that a person has to resume: where `is_waited_for` says that running sends wait for them."""
    return [
        Alert("pause_circle", _held(one), "warning", _url(one)) for one in integrations if one.is_waited_for
    ]


def silences(found: Iterable[tuple[Integration, str]]) -> list[Alert]:
    return [Alert("sensors_off", sentence, "warning", _url(one)) for one, sentence in found]


def inbox(seen: Glance, now: datetime) -> list[Alert]:
    """Say what the webhook's inbox needs: somebody who takes events in, or a person who looks at some."""
    alerts = []
    if seen.events_since is not None:
        alerts.append(Alert("inbox", _backlog(seen, now), "warning"))
    if seen.unknown_words:
        text = ngettext(
            "%(count)s event says a word that the console does not know. Tell it what the word means.",
            "%(count)s events say a word that the console does not know. Tell it what the word means.",
            seen.unknown_words,
        )
        text %= {"count": seen.unknown_words}
        alerts.append(Alert("help_center", text, "warning", _inbox(EventState.UNKNOWN)))
    if seen.unreadable:
        text = ngettext(
            "%(count)s event of the last 24 hours could not be read or applied. Have a look at it.",
            "%(count)s events of the last 24 hours could not be read or applied. Have a look at them.",
            seen.unreadable,
        )
        text %= {"count": seen.unreadable}
        alerts.append(Alert("unknown_document", text, "warning", _inbox(EventState.UNREADABLE)))
    return alerts


def _backlog(seen: Glance, now: datetime) -> str:
    text = ngettext(
        "%(count)s event waits, since %(when)s",
        "%(count)s events wait, the oldest since %(when)s",
        seen.events,
    ) % {"count": seen.events, "when": moment(seen.events_since)}
    if seen.intake_at is None:
        return _("%(events)s: nobody has ever taken events in. Start the worker.") % {"events": text}
    if now - seen.intake_at > LONGEST_SILENCE:
        values = {"events": text, "when": moment(seen.intake_at)}
        return _("%(events)s: nobody has taken events in since %(when)s. Start the worker.") % values
    return _("%(events)s. They are being taken in; what they tell comes late.") % {"events": text}


def _heard(one: Any, now: datetime) -> str:
    if one.last_event_at is None:
        return _("No event yet") if one.has_webhook else _("No webhook connected")
    if now - one.last_event_at < timedelta(minutes=1):
        return _("Last event less than a minute ago")
    return _("Last event %(time)s ago") % {"time": timesince(one.last_event_at, now, depth=1)}


def _inbox(state: EventState) -> str:
    try:
        return f"{reverse('admin:outbound_webhookevent_changelist')}?state__exact={state.value}"
    except NoReverseMatch:
        return ""


def _held(integration: Integration) -> str:
    if integration.status == IntegrationStatus.STOPPED:
        return _("Messages wait for %(name)s, which is stopped.") % {"name": integration.name}
    return _("Messages wait for %(name)s, which is paused.") % {"name": integration.name}


def _url(integration: Integration) -> str:
    return reverse("admin:outbound_integration_change", args=[integration.pk])
