"""The sentences of the review about the schedule of a send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin.compose.estimate import Estimate, estimate
from outbound.models import Campaign, Integration
from outbound.sending.limits import canary
from outbound.sending.planning.validation import sending_period


@dataclass(frozen=True)
class ScheduleSummary:
    """Sentences, of which empty ones are left out. `late` warns of messages that are not sent in time."""

    starts: str
    ends: str
    duration: str = ""
    first_wave: str = ""
    late: str = ""


def summarize_schedule(draft: Campaign, count: int, now: datetime) -> ScheduleSummary:
    """Return the sentences about sending `draft` to `count` people."""
    start, until = sending_period(draft, now)
    starts = _moment(start) if start > now else _("At once")
    integration = draft.integration
    if integration is None or not count:
        return ScheduleSummary(starts, _moment(until))
    found = estimate(integration, count, start, until)
    if found.begins > start:
        starts = _("%(when)s, when the integration may send again") % {"when": _moment(found.begins)}
    return ScheduleSummary(
        starts, _moment(until), _duration(integration, found), _first_wave(draft, count), _late(found, count)
    )


def _duration(integration: Integration, found: Estimate) -> str:
    if found.ends is None or (integration.per_second is None and integration.per_day is None):
        return ""
    if found.ends - found.begins < timedelta(minutes=1):
        return _("Less than a minute")
    values = {"time": timeuntil(found.ends, found.begins), "when": _moment(found.ends)}
    return _("About %(time)s, until %(when)s, if nothing else goes through this integration") % values


def _first_wave(draft: Campaign, count: int) -> str:
    if not draft.first_wave or count <= canary.MIN_RECIPIENTS:
        return ""
    return _("%(few)s people; the others follow as soon as one of these is accepted") % {"few": canary.SIZE}


def _late(found: Estimate, count: int) -> str:
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
