"""Filters of the message list that use an index both for the rows and for their count."""

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

CAMPAIGN, INTEGRATION = "campaign__id__exact", "integration__id__exact"


class IndexedFilter(admin.SimpleListFilter):
    """A filter that knows the id range of its rows; with a search term it only adds its condition."""

    def condition(self) -> Q:
        """Return the condition of the chosen value; an empty Q if none is chosen."""
        raise NotImplementedError

    def listed(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        """Return the chosen rows, restricted to an id range so that a list reads few other rows."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(self.condition()) if request.GET.get(SEARCH_VAR) else queryset


class WhenFilter(IndexedFilter):
    """Messages of the last days, in the time zone of the console (TIME_ZONE)."""

    title = _("date")
    parameter_name = "when"
    # Days ago of the first day, and of the day after the last one; None if today is the last one.
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
        return _created(*self._ends) if self._ends else Q()

    def listed(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        if self._ends is None:
            return rows
        if request.GET.get(CAMPAIGN):  # its own id range is narrower
            return rows.filter(self.condition())
        return id_ranges.queued_between(rows, *self._ends)

    @cached_property
    def _ends(self) -> tuple[datetime, datetime | None] | None:
        days = self.DAYS.get(self.value() or "")
        if days is None:
            return None
        first, end = days
        return _midnight(first), None if end is None else _midnight(end)


class CampaignFilter(IndexedFilter):
    """One send, chosen by the link in a row of the list."""

    title = _("send")
    parameter_name = CAMPAIGN

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = self.value()
        if wanted is None:
            return []
        self.range = None if request.GET.get(SEARCH_VAR) else id_ranges.send(as_pk(wanted))
        return [(wanted, str(Campaign(pk=as_pk(wanted), title=self.range.title if self.range else "")))]

    def condition(self) -> Q:
        return Q() if self.value() is None else Q(campaign_id=as_pk(self.value()))

    def listed(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() is None:
            return rows
        # The index `message_campaign` has the rows of a send and a status in the order of their ids.
        has_index = request.GET.get("status__exact") and not request.GET.get(INTEGRATION)
        return rows.filter(self.condition()) if has_index else id_ranges.of_send(rows, self.range)


def _created(since: datetime, until: datetime | None) -> Q:
    return Q(created_at__gte=since, **({} if until is None else {"created_at__lt": until}))


def _midnight(days_ago: int) -> datetime:
    day = timezone.localdate() - timedelta(days=days_ago)
    return timezone.make_aware(datetime(day.year, day.month, day.day))
