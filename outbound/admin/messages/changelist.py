"""The change list of messages, whose pages and counts stay fast with a million rows."""

from __future__ import annotations

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from outbound.admin.base.pagination import with_count_query
from outbound.admin.messages.filters import INTEGRATION, IndexedFilter
from outbound.models import Message


class MessageChangeList(ChangeList):
    """Lists rows by id ranges that its filters provide, and counts them by the filters' plain conditions.

    A list is ordered by id, so it needs the ranges. A count needs no order: an index on days, campaign and
    status answers it alone, and it has no ids.
    """

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request, exclude_parameters)
        if request.GET.get(SEARCH_VAR):
            return rows
        filters = [one for one in self.filter_specs if isinstance(one, IndexedFilter)]
        listed = rows
        for one in filters:
            listed = one.listed(request, listed)
        if request.GET.get(INTEGRATION):  # no index holds it together with the days
            return listed
        return with_count_query(listed, rows.filter(*(one.condition() for one in filters)))
