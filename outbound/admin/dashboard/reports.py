"""The page “Reports”: how the messages of some days fared, by day, template and integration, and why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.base.views import ConsolePage
from outbound.admin.dashboard import charts
from outbound.admin.dashboard.kpis import as_of
from outbound.admin.dashboard.queries import CountOf, ask, beat, of_today
from outbound.gateways.zenvia.error_codes import cause_of
from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Integration, Message, Summary, Template
from outbound.reports import daily_counts, totals
from outbound.reports.totals import Tally
from outbound.sending import heartbeat

PERIODS = {"7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "90": gettext_lazy("90 days")}
USUAL = "7"
MOST_REASONS = 10
_LEFT_OUT = {MessageStatus.REFUSED, MessageStatus.SKIPPED}


@dataclass(frozen=True)
class Period:
    """One choice above the page."""

    label: Any
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    """One row of a table; `url` leads to what it speaks of."""

    label: str
    tally: Tally
    url: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    column: str
    lines: list[Line]
    total: Tally


class ReportsView(ConsolePage):
    """Counts nothing by itself but today, while there are few."""

    title = gettext_lazy("Reports")
    permission_required = "outbound.view_message"
    template_name = "outbound/dashboard/reports.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.GET.get("days")
        chosen = chosen if chosen in PERIODS else USUAL
        now = timezone.now()
        return self.render(_report(self.user, int(chosen), now) | {"periods": _periods(chosen)})


def _report(user: User, length: int, now: datetime) -> dict[str, Any]:
    last = timezone.localdate(now)
    first, yesterday = last - timedelta(days=length - 1), last - timedelta(days=1)
    shown = Message.objects.shown()
    seen = ask(
        user,
        {
            heartbeat.SENDER: beat(heartbeat.SENDER),
            heartbeat.INTAKE: beat(heartbeat.INTAKE),
            heartbeat.OLDEST_EVENT: Subquery(heartbeat.oldest_events()),
            "today": of_today(shown, now),
            "begin": Subquery(shown.order_by("created_at").values("created_at")[:1]),
            "known": CountOf(daily_counts.counted_days(first, yesterday).values("day")),
        },
    )
    numbers = daily_counts.of_days(first, last, now, shown=shown, count=seen["today"])
    days = _by_day(numbers.rows, first, length)
    total = totals.tally(numbers.rows)
    return {
        "total": total,
        "chart": charts.stacked([(line.label, line.tally) for line in days]) if total.planned else None,
        "tables": _tables(numbers.rows, days, total),
        "refusals": _refusals(numbers.rows),
        "failures": _failures(numbers.rows),
        "as_of": as_of(numbers),
        "uncounted": _uncounted(seen["begin"], seen["known"], first, yesterday),
        "sender_alarm": heartbeat.alarm_after(seen, now),
    }


def _uncounted(begin: datetime | None, known: int, first: date, last: date) -> int:
    """Return how many of these days were not counted, as far as there were messages already."""
    if begin is None:
        return 0
    since = max(first, timezone.localdate(begin))
    return max(0, (last - since).days + 1 - known)


def _tables(rows: Sequence[Summary], days: list[Line], total: Tally) -> list[Table]:
    templates, integrations = _names()
    by_template = totals.by(lambda row: row.template_id, rows)
    by_integration = totals.by(lambda row: row.integration_id, rows)
    filled = [line for line in reversed(days) if line.tally.planned]
    return [
        Table(
            _("By template"),
            _("Template"),
            _lines(by_template, templates, "template", _("Rich notification")),
            total,
        ),
        Table(
            _("By integration"),
            _("Integration"),
            _lines(by_integration, integrations, "integration", ""),
            total,
        ),
        Table(_("By day"), _("Day"), filled, total),
    ]


def _names() -> list[dict[int, str]]:
    """Return the names of all templates and of all integrations, in one question."""
    asked = [
        rows.order_by().values_list(Value(kind), "pk", "name")
        for kind, rows in enumerate((Template.objects.all(), Integration.objects.all()))
    ]
    rows = list(asked[0].union(asked[1], all=True))
    return [{pk: name for of, pk, name in rows if of == kind} for kind in range(2)]


def _by_day(rows: Sequence[Summary], first: date, length: int) -> list[Line]:
    of = totals.by(lambda row: row.day, rows)
    days = [first + timedelta(days=number) for number in range(length)]
    return [Line(date_format(day, "j M"), of.get(day, Tally())) for day in days]


def _lines(of: dict[Any, Tally], names: dict[int, str], kind: str, without: str) -> list[Line]:
    """Return a line for each key, the one with the most messages first."""
    found = sorted(of.items(), key=lambda item: -item[1].planned)
    return [
        Line(names.get(pk, without), one, reverse(f"admin:outbound_{kind}_change", args=[pk]) if pk else "")
        for pk, one in found
    ]


def _refusals(rows: Sequence[Summary]) -> list[tuple[str, int]]:
    """Return why messages were refused or left out, in plain words."""
    left_out = [row for row in rows if row.status in _LEFT_OUT]
    return _named(left_out, lambda row: str(Reason(row.reason).label) if row.reason else _("No reason"))


def _failures(rows: Sequence[Summary]) -> list[tuple[str, int]]:
    """Return why WhatsApp did not deliver; several codes may have one meaning."""
    undelivered = [row for row in rows if row.status == MessageStatus.UNDELIVERED]
    return _named(undelivered, lambda row: str(cause_of(row.failure_code).meaning))


def _named(rows: Sequence[Summary], name: Callable[[Summary], str]) -> list[tuple[str, int]]:
    return totals.counts(name, rows)[:MOST_REASONS]


def _periods(chosen: str) -> list[Period]:
    return [Period(label, f"?days={value}", value == chosen) for value, label in PERIODS.items()]
