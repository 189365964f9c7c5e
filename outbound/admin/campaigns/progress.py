"""A campaign's rows as a bar: one segment for each way they stand, the widths in percent."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbound.lifecycle import MessageStatus
from outbound.reports.campaign_counts import StatusCounts


@dataclass(frozen=True)
class Part:
    """How many rows stand so, and which status of the history shows them."""

    label: str | Promise
    count: int
    tone: str
    status: str
    is_always_told: bool = False


@dataclass(frozen=True)
class Segment:
    tone: str
    start: float
    width: float


def legend(rows: StatusCounts) -> list[Part]:
    """Return the parts of the sum: what everybody asks for always, the others where there are any."""
    parts = [
        Part(_("Read"), rows.read, "read", MessageStatus.READ, True),
        Part(_("Delivered"), rows.delivered, "delivered", MessageStatus.DELIVERED, True),
        Part(pgettext_lazy("message", "Sent"), rows.sent, "sent", MessageStatus.SENT),
        Part(_("Accepted by Zenvia"), rows.accepted, "accepted", MessageStatus.ACCEPTED, True),
        Part(_("Waiting"), rows.waiting, "info", MessageStatus.QUEUED, True),
        Part(_("In doubt"), rows.unconfirmed, "warning", MessageStatus.UNCONFIRMED, True),
        Part(_("Taken as sent"), rows.taken_as_sent, "neutral", MessageStatus.ASSUMED_SENT),
        Part(_("Taken as not sent"), rows.taken_as_not_sent, "neutral", MessageStatus.ASSUMED_NOT_SENT),
        Part(_("Not delivered"), rows.undelivered, "undelivered", MessageStatus.UNDELIVERED, True),
        Part(_("Refused"), rows.refused, "danger", MessageStatus.REFUSED),
        Part(_("Not sent"), rows.skipped, "neutral", MessageStatus.SKIPPED),
        Part(_("Cancelled"), rows.cancelled, "neutral", MessageStatus.CANCELLED),
    ]
    return [part for part in parts if part.count or part.is_always_told]


def segments(rows: StatusCounts) -> list[Segment]:
    found, start = [], 0.0
    for part in legend(rows):
        width = 100 * part.count / rows.planned if rows.planned else 0.0
        found.append(Segment(part.tone, round(start, 3), round(width, 3)))
        start += width
    return found
