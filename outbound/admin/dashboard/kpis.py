"""The key figures of the home page, each with a link to the messages that it counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from outbound.lifecycle import MessageStatus
from outbound.reports.daily_counts import Numbers
from outbound.reports.totals import Tally


@dataclass(frozen=True)
class Kpi:
    """One number, or with `is_share` a fraction of 1 (None if nothing was sent). `parts`: texts and URLs."""

    label: str | Promise
    value: float | None
    url: str
    tone: str = ""
    is_share: bool = False
    note: str = ""
    parts: list[tuple[str, str]] = field(default_factory=list)
    is_urgent: bool = False


def kpis(today: Tally, *, waiting: int, unconfirmed: int) -> list[Kpi]:
    """Return the key figures in the order of the page; unconfirmed messages come first when there are any."""
    others = [_waiting(waiting), _sent(today), *_shares(today), _failed(today)]
    return [_unconfirmed(unconfirmed), *others] if unconfirmed else [*others, _unconfirmed(unconfirmed)]


def as_of(numbers: Numbers) -> str:
    """Say when today's numbers were counted; "" if they were counted for this page."""
    if numbers.is_live:
        return ""
    if numbers.as_of is None:
        return _("There are many messages today, and the worker has not counted them yet.")
    return _("As of %(time)s.") % {"time": _clock(numbers.as_of)}


def _unconfirmed(count: int) -> Kpi:
    return Kpi(
        _("In doubt"),
        count,
        reverse("admin:outbound_message_unconfirmed"),
        "warning" if count else "",
        note=_("They may have gone out. Decide what became of them.") if count else _("nothing to decide"),
        is_urgent=bool(count),
    )


def _waiting(count: int) -> Kpi:
    return Kpi(_("Waiting"), count, _history(MessageStatus.QUEUED), note=_("in the queue now"))


def _sent(today: Tally) -> Kpi:
    note = _("of %(count)s queued today")
    url = f"{reverse('admin:outbound_message_changelist')}?when=today"
    return Kpi(_("Sent today"), today.taken, url, note=note % {"count": _number(today.planned)})


def _shares(today: Tally) -> list[Kpi]:
    delivered = Kpi(
        pgettext("figure", "Delivered"),
        today.reached_share,
        _history(MessageStatus.DELIVERED, "today"),
        "success" if today.reached else "",
        is_share=True,
        note=_part_of(today.reached, today.taken),
    )
    read = Kpi(
        pgettext("figure", "Read"),
        today.read_share,
        _history(MessageStatus.READ, "today"),
        "success" if today.read else "",
        is_share=True,
        note=_part_of(today.read, today.taken),
    )
    return [delivered, read]


def _failed(today: Tally) -> Kpi:
    refused, undelivered = today.refused, today.undelivered
    parts = [
        (_counted_refused(refused), _history(MessageStatus.REFUSED, "today")),
        (_counted_undelivered(undelivered), _history(MessageStatus.UNDELIVERED, "today")),
    ]
    return Kpi(
        _("Did not arrive"),
        refused + undelivered,
        parts[0][1] if refused or not undelivered else parts[1][1],
        "danger" if refused + undelivered else "",
        note="" if refused + undelivered else _("today"),
        parts=parts if refused + undelivered else [],
    )


def _counted_refused(count: int) -> str:
    return ngettext("%(count)s refused", "%(count)s refused", count) % {"count": _number(count)}


def _counted_undelivered(count: int) -> str:
    return ngettext("%(count)s not delivered", "%(count)s not delivered", count) % {"count": _number(count)}


def _part_of(part: int, whole: int) -> str:
    if not whole:
        return _("nothing was sent yet")
    return _("%(part)s of %(whole)s") % {"part": _number(part), "whole": _number(whole)}


def _history(status: MessageStatus, when: str = "") -> str:
    address = f"{reverse('admin:outbound_message_changelist')}?status__exact={status.value}"
    return f"{address}&when={when}" if when else address


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i:s")
