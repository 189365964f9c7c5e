"""Filters of the history, each answered by an index, for the list and for its count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from outbound.models import Campaign, Message
from outbound.search import id_ranges
from outbound.search.terms import as_pk

SEND, INTEGRATION = "campaign__id__exact", "integration__id__exact"


class Narrowing(admin.SimpleListFilter):
    """A filter that knows where its rows lie. A search leaves few rows, and it only adds its condition."""

    def condition(self) -> Q:
        """Return what is true of its rows; nothing where nothing is chosen."""
        raise NotImplementedError

    def narrow(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        """Return its rows, so that a list of them in the order of their ids reads few others."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(self.condition()) if request.GET.get(SEARCH_VAR) else queryset


class WhenFilter(Narrowing):
    """Days back from now, in the console's own time zone."""

    title = _("date")
    parameter_name = "when"
    # The first day, and the day after the last one where today is not part of it: so many days ago.
    DAYS: dict[str, tuple[int, int | None]] = {
        "today": (0, None),
        "yesterday": (1, 0),
        "7": (6, None),
        "30": (29, None),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        labels = (_("Today"), _("Yesterday"), _("Last 7 days"), _("Last 30 days"))
        return list(zip(self.DAYS, labels, strict=True))

    def condition(self) -> Q:
        return _queued(*self._ends) if self._ends else Q()

    def narrow(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        if self._ends is None:
            return rows
        if request.GET.get(SEND):  # which lies in a stretch of its own
            return rows.filter(self.condition())
        return id_ranges.queued_between(rows, *self._ends)

    @cached_property
    def _ends(self) -> tuple[datetime, datetime | None] | None:
        days = self.DAYS.get(self.value() or "")
        if days is None:
            return None
        first, end = days
        return _midnight(first), None if end is None else _midnight(end)


class SendFilter(Narrowing):
    """One send, which the address names: the list leads there by the send of each row."""

    title = _("send")
    parameter_name = SEND

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = self.value()
        if wanted is None:
            return []
        self.send = None if request.GET.get(SEARCH_VAR) else id_ranges.send(as_pk(wanted))
        return [(wanted, str(Campaign(pk=as_pk(wanted), title=self.send.title if self.send else "")))]

    def condition(self) -> Q:
        return Q() if self.value() is None else Q(campaign_id=as_pk(self.value()))

    def narrow(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() is None:
            return rows
        # By its status alone an index has a send's rows in order.
        has_index = request.GET.get("status__exact") and not request.GET.get(INTEGRATION)
        return rows.filter(self.condition()) if has_index else id_ranges.of_send(rows, self.send)


def _queued(since: datetime, until: datetime | None) -> Q:
    return Q(created_at__gte=since, **({} if until is None else {"created_at__lt": until}))


def _midnight(days_ago: int) -> datetime:
    day = timezone.localdate() - timedelta(days=days_ago)
    return timezone.make_aware(datetime(day.year, day.month, day.day))
