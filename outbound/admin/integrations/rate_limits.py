"""The rate limits and hours of an integration: form fields, their errors, and lines of the card."""

from __future__ import annotations

from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.utils.formats import localize, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin.base.cards import Fact
from outbound.models import Integration
from outbound.sending.limits import eligible, rate_limit

FIELDS = ("per_second", "per_day", "opens_at", "closes_at", "server_errors_mean_not_sent")
# Larger numbers make no sense, and some do not fit into the column.
MAXIMA = {"per_second": 10_000, "per_day": 100_000_000}
HOURS = ("opens_at", "closes_at")


def hours_error(opens_at: time | None, closes_at: time | None) -> dict[str, ValidationError]:
    """Return the errors of a pair of hours by field. Codes: `hours_incomplete`, `hours_equal`."""
    if (opens_at is None) != (closes_at is None):
        missing = "opens_at" if opens_at is None else "closes_at"
        return {missing: ValidationError(_("Enter both hours, or neither."), code="hours_incomplete")}
    if opens_at is not None and opens_at == closes_at:
        return {"closes_at": ValidationError(_("Start and end must differ."), code="hours_equal")}
    return {}


def facts(integration: Integration, now: datetime) -> list[Fact]:
    """Return the lines of the card: rate limit, hours, and the used part of today's limit."""
    found = [Fact(_("Pace"), _pace(integration)), Fact(_("Hours"), _hours(integration))]
    if integration.per_day is not None:
        found.append(Fact(_("Today"), _today(integration, now)))
    return found


def _pace(integration: Integration) -> str:
    if not integration.per_second:
        return _("As fast as the senders can")
    return ngettext(
        "At most %(count)s message per second",
        "At most %(count)s messages per second",
        integration.per_second,
    ) % {"count": localize(integration.per_second)}


def _hours(integration: Integration) -> str:
    opens_at, closes_at = integration.opens_at, integration.closes_at
    if opens_at is None or closes_at is None:
        return _("At any hour")
    values = {"start": time_format(opens_at, "H:i"), "end": time_format(closes_at, "H:i")}
    if closes_at < opens_at:
        return _("From %(start)s until %(end)s of the next day") % values
    return _("From %(start)s until %(end)s") % values


def _today(integration: Integration, now: datetime) -> str:
    used = rate_limit.used_today(eligible.throttle_of(integration), now)
    return ngettext(
        "%(used)s of %(count)s message sent",
        "%(used)s of %(count)s messages sent",
        integration.per_day or 0,
    ) % {"used": localize(used), "count": localize(integration.per_day)}
