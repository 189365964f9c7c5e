"""The progress bar of a send: one segment for each group of messages, with widths in percent."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbound.lifecycle import MessageStatus
from outbound.reports.campaign_counts import StatusCounts


@dataclass(frozen=True)
class Entry:
    """A group of messages, and the status that filters the history for them."""

    label: str | Promise
    count: int
    tone: str
    status: str
    is_always_shown: bool = False


@dataclass(frozen=True)
class Segment:
    tone: str
    start: float
    width: float


def legend(rows: StatusCounts) -> list[Entry]:
    """Return the groups: the common ones always, the others if they have messages."""
    entries = [
        Entry(_("Read"), rows.read, "read", MessageStatus.READ, True),
        Entry(_("Delivered"), rows.delivered, "delivered", MessageStatus.DELIVERED, True),
        Entry(pgettext_lazy("message", "Sent"), rows.sent, "sent", MessageStatus.SENT),
        Entry(_("Accepted by Zenvia"), rows.accepted, "accepted", MessageStatus.ACCEPTED, True),
        Entry(_("Waiting"), rows.waiting, "info", MessageStatus.QUEUED, True),
        Entry(_("In doubt"), rows.unconfirmed, "warning", MessageStatus.UNCONFIRMED, True),
        Entry(_("Taken as sent"), rows.taken_as_sent, "neutral", MessageStatus.ASSUMED_SENT),
        Entry(_("Taken as not sent"), rows.taken_as_not_sent, "neutral", MessageStatus.ASSUMED_NOT_SENT),
        Entry(_("Not delivered"), rows.undelivered, "undelivered", MessageStatus.UNDELIVERED, True),
        Entry(_("Refused"), rows.refused, "danger", MessageStatus.REFUSED),
        Entry(_("Not sent"), rows.skipped, "neutral", MessageStatus.SKIPPED),
        Entry(_("Cancelled"), rows.cancelled, "neutral", MessageStatus.CANCELLED),
    ]
    return [entry for entry in entries if entry.count or entry.is_always_shown]


def segments(rows: StatusCounts) -> list[Segment]:
    found, start = [], 0.0
    for entry in legend(rows):
        width = 100 * entry.count / rows.planned if rows.planned else 0.0
        found.append(Segment(entry.tone, round(start, 3), round(width, 3)))
        start += width
    return found
