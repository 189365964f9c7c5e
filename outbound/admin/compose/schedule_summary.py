"""What the review says of time: when a send starts and ends, how long it takes, and who goes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin.compose.duration import Forecast, forecast
from outbound.models import Campaign, Integration
from outbound.sending.limits import canary
from outbound.sending.planning.validation import sending_period


@dataclass(frozen=True)
class Timing:
    """Sentences; an empty one is left out. `late` warns of messages whose time runs out first."""

    starts: str
    until: str
    takes: str = ""
    first: str = ""
    late: str = ""


def timing(draft: Campaign, count: int, now: datetime) -> Timing:
    """Return what to say of sending `draft` to `count` people."""
    start, until = sending_period(draft, now)
    starts = _moment(start) if start > now else _("At once")
    integration = draft.integration
    if integration is None or not count:
        return Timing(starts, _moment(until))
    found = forecast(integration, count, start, until)
    if found.begins > start:
        starts = _("%(when)s, when the integration may send again") % {"when": _moment(found.begins)}
    return Timing(
        starts, _moment(until), _takes(integration, found), _first(draft, count), _late(found, count)
    )


def _takes(integration: Integration, found: Forecast) -> str:
    if found.ends is None or (integration.per_second is None and integration.per_day is None):
        return ""
    if found.ends - found.begins < timedelta(minutes=1):
        return _("Less than a minute")
    values = {"time": timeuntil(found.ends, found.begins), "when": _moment(found.ends)}
    return _("About %(time)s, until %(when)s, if nothing else goes through this integration") % values


def _first(draft: Campaign, count: int) -> str:
    if not draft.first_wave or count <= canary.MIN_RECIPIENTS:
        return ""
    return _("%(few)s people; the others follow as soon as one of these is accepted") % {"few": canary.SIZE}


def _late(found: Forecast, count: int) -> str:
    if not found.left:
        return ""
    return ngettext(
        "At the integration's pace and hours, about %(left)s of %(count)s message does not go out in time, "
        "and is then not sent.",
        "At the integration's pace and hours, about %(left)s of %(count)s messages do not go out in time, "
        "and are then not sent.",
        count,
    ) % {"left": found.left, "count": count}


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y H:i T")
