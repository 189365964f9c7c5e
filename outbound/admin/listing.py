"""The list of the history: each of a million rows is as near as the first."""

from __future__ import annotations

from datetime import datetime

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import BigIntegerField, QuerySet, Value
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


def beat_and_launching() -> tuple[datetime | None, list[int]]:
    """Return the sender's last sign of life and the sends that are being launched, in one question."""
    beats = Heartbeat.objects.filter(name=heartbeat.SENDER).order_by()
    both = beats.values_list(Value(0, BigIntegerField()), "beat_at").union(
        Launch.objects.order_by().values_list("pk", "lease_until"), all=True
    )
    rows = list(both)
    return next((at for pk, at in rows if not pk), None), [pk for pk, _at in rows if pk]
