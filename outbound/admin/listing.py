"""The list of the history: each of a million rows is as near as the first."""

from __future__ import annotations

from datetime import datetime

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import BigIntegerField, DateTimeField, QuerySet, Subquery, Value
from django.http import HttpRequest
from unfold.views import ChangeList

from outbound import heartbeat
from outbound.admin.filters import INTEGRATION, Narrowing
from outbound.admin.paging import counted_by
from outbound.models import Heartbeat, Launch, Message


class HistoryList(ChangeList):
    """Reads its rows where its filters say that they lie, and counts them without looking there.

    A count needs no order: days, a send and a status are counted in an index alone, which knows no ids.
    """

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request, exclude_parameters)
        if request.GET.get(SEARCH_VAR):
            return rows
        filters = [one for one in self.filter_specs if isinstance(one, Narrowing)]
        listed = rows
        for one in filters:
            listed = one.narrow(request, listed)
        if request.GET.get(INTEGRATION):  # no index has it beside the days: its rows are looked at
            return listed
        return counted_by(listed, rows.filter(*(one.condition() for one in filters)))


def signs_and_launching() -> tuple[dict[str, datetime | None], list[int]]:
    """Return what the alarm has to know, and the sends that are being launched, in one query."""
    oldest = Subquery(heartbeat.oldest_events(), DateTimeField())
    beats = Heartbeat.objects.order_by().values_list(Value(0, BigIntegerField()), "name", "beat_at", oldest)
    launches = Launch.objects.order_by().values_list("pk", Value(""), "lease_until", "lease_until")
    rows = list(beats.union(launches, all=True))
    heard = {name: (at, oldest) for pk, name, at, oldest in rows if not pk}
    if not heard:  # no worker has ever run
        heard[""] = (None, heartbeat.oldest_events().first())
    signs = {name: heard.get(name, (None, None))[0] for name in heartbeat.HAS_WORK}
    signs[heartbeat.OLDEST_EVENT] = next(iter(heard.values()))[1]
    return signs, [pk for pk, *_rest in rows if pk]
