"""The list of the history: each of a million rows is as near as the first."""

from __future__ import annotations

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from outbound.admin.base.pagination import counted_by
from outbound.admin.messages.filters import INTEGRATION, Narrowing
from outbound.models import Message


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
