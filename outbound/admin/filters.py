"""Filters of the history, each answered by an index."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbound import ranges
from outbound.models import Campaign, Message
from outbound.searching import as_pk

SEND = "campaign__id__exact"


class WhenFilter(admin.SimpleListFilter):
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

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        days = self.DAYS.get(self.value() or "")
        if days is None:
            return queryset
        first, end = days
        since, until = _midnight(first), None if end is None else _midnight(end)
        if _is_narrow(request):
            return queryset.filter(_queued(since, until))
        return ranges.queued_between(queryset, since, until)


class SendFilter(admin.SimpleListFilter):
    """One send, which the address names: the list leads there by the send of each row."""

    title = _("send")
    parameter_name = SEND

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = self.value()
        if wanted is None:
            return []
        self.send = None if request.GET.get("q") else ranges.send(as_pk(wanted))
        return [(wanted, str(Campaign(pk=as_pk(wanted), title=self.send.title if self.send else "")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() is None:
            return queryset
        # By its status alone an index has a send's rows in order; and a search leaves few.
        has_index = request.GET.get("status__exact") and not request.GET.get("integration__id__exact")
        if request.GET.get("q") or has_index:
            return queryset.filter(campaign_id=as_pk(self.value()))
        return ranges.of_send(queryset, self.send)


def _is_narrow(request: HttpRequest) -> bool:
    """Whether a search or a send leaves so few rows that their dates are looked at one by one."""
    return bool(request.GET.get("q") or request.GET.get(SEND))


def _queued(since: datetime, until: datetime | None) -> Q:
    return Q(created_at__gte=since, **({} if until is None else {"created_at__lt": until}))


def _midnight(days_ago: int) -> datetime:
    day = timezone.localdate() - timedelta(days=days_ago)
    return timezone.make_aware(datetime(day.year, day.month, day.day))
