"""The page “Reports”: messages of a period by day, template and integration, with the reasons of failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.base.views import ConsolePage
from outbound.admin.dashboard import charts
from outbound.admin.dashboard.kpis import as_of
from outbound.gateways import gateway
from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Integration, Message, Summary, Template
from outbound.reports import daily_counts, totals
from outbound.reports.totals import Tally

PERIODS = {"7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "90": gettext_lazy("90 days")}
DEFAULT_PERIOD = "7"
MAX_REASONS = 10
_LEFT_OUT = {MessageStatus.REFUSED, MessageStatus.SKIPPED}


@dataclass(frozen=True)
class Period:
    """One choice above the page."""

    label: Any
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Row:
    """One row of a table; `url` leads to its template or integration."""

    label: str
    tally: Tally
    url: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    column: str
    rows: list[Row]
    total: Tally


class ReportsView(ConsolePage):
    """Reads stored daily counts; only today is counted from the messages, and only while it has few."""

    title = gettext_lazy("Reports")
    permission_required = "outbound.view_message"
    template_name = "outbound/dashboard/reports.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.GET.get("days")
        chosen = chosen if chosen in PERIODS else DEFAULT_PERIOD
        return self.render(_report(int(chosen), timezone.now()) | {"periods": _periods(chosen)})


def _report(length: int, now: datetime) -> dict[str, Any]:
    last = timezone.localdate(now)
    first = last - timedelta(days=length - 1)
    shown = Message.objects.shown()
    numbers = daily_counts.of_days(first, last, now, shown=shown)
    days = _by_day(numbers.rows, first, length)
    total = totals.tally(numbers.rows)
    return {
        "total": total,
        "chart": charts.stacked([(row.label, row.tally) for row in days]) if total.planned else None,
        "tables": _tables(numbers.rows, days, total),
        "refusals": _refusals(numbers.rows),
        "failures": _failures(numbers.rows),
        "as_of": as_of(numbers),
        "uncounted": _uncounted(shown, first, last - timedelta(days=1)),
    }


def _uncounted(shown: QuerySet[Message], first: date, last: date) -> int:
    """Return how many days since the oldest message were not counted yet."""
    oldest = shown.order_by("created_at").values_list("created_at", flat=True).first()
    if oldest is None:
        return 0
    days = (last - max(first, timezone.localdate(oldest))).days + 1
    return max(0, days - daily_counts.counted_days(first, last).count())


def _tables(rows: Sequence[Summary], days: list[Row], total: Tally) -> list[Table]:
    templates = dict(Template.objects.values_list("pk", "name"))
    integrations = dict(Integration.objects.values_list("pk", "name"))
    by_template = totals.by(lambda row: row.template_id, rows)
    by_integration = totals.by(lambda row: row.integration_id, rows)
    filled = [row for row in reversed(days) if row.tally.planned]
    return [
        Table(
            _("By template"),
            _("Template"),
            _rows(by_template, templates, "template", _("Rich notification")),
            total,
        ),
        Table(
            _("By integration"),
            _("Integration"),
            _rows(by_integration, integrations, "integration", ""),
            total,
        ),
        Table(_("By day"), _("Day"), filled, total),
    ]


def _by_day(rows: Sequence[Summary], first: date, length: int) -> list[Row]:
    of = totals.by(lambda row: row.day, rows)
    days = [first + timedelta(days=number) for number in range(length)]
    return [Row(date_format(day, "j M"), of.get(day, Tally())) for day in days]


def _rows(of: dict[Any, Tally], names: dict[int, str], kind: str, without: str) -> list[Row]:
    """Return a row for each key, the one with the most messages first."""
    found = sorted(of.items(), key=lambda item: -item[1].planned)
    return [
        Row(names.get(pk, without), one, reverse(f"admin:outbound_{kind}_change", args=[pk]) if pk else "")
        for pk, one in found
    ]


def _refusals(rows: Sequence[Summary]) -> list[tuple[str, int]]:
    """Count the messages that were refused or left out, by reason."""
    left_out = [row for row in rows if row.status in _LEFT_OUT]
    return _named(left_out, lambda row: str(Reason(row.reason).label) if row.reason else _("No reason"))


def _failures(rows: Sequence[Summary]) -> list[tuple[str, int]]:
    """Count the messages that were not delivered, by the meaning of their code; codes may share one."""
    undelivered = [row for row in rows if row.status == MessageStatus.UNDELIVERED]
    return _named(undelivered, lambda row: str(gateway.cause_of(row.failure_code).meaning))


def _named(rows: Sequence[Summary], name: Callable[[Summary], str]) -> list[tuple[str, int]]:
    return totals.counts(name, rows)[:MAX_REASONS]


def _periods(chosen: str) -> list[Period]:
    return [Period(label, f"?days={value}", value == chosen) for value, label in PERIODS.items()]
