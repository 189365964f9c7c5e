"""The list of the history: each of a million rows is as near as the first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.auth.models import User
from django.db.models import BigIntegerField, QuerySet, Subquery, Value
from django.http import HttpRequest
from unfold.views import ChangeList

from outbound.admin.base.pagination import counted_by
from outbound.admin.messages.filters import INTEGRATION, Narrowing
from outbound.models import Heartbeat, Launch, Message
from outbound.sending import heartbeat


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


def signs_and_launching(reader: Any) -> tuple[dict[str, datetime | None], list[int]]:
    """Return what the alarm has to know, and the sends that are being launched, in one query."""
    oldest, none = Subquery(heartbeat.oldest_events()), Value(0, BigIntegerField())
    events = User.objects.filter(pk=reader.pk).values_list(none, Value(heartbeat.OLDEST_EVENT), oldest)
    beats = Heartbeat.objects.order_by().values_list(none, "name", "beat_at")
    launches = Launch.objects.order_by().values_list("pk", Value(""), "lease_until")
    rows = list(events.union(beats, launches, all=True))
    known = {name: at for pk, name, at in rows if not pk}
    names = (*heartbeat.HAS_WORK, heartbeat.OLDEST_EVENT)
    return {name: known.get(name) for name in names}, [pk for pk, *_rest in rows if pk]
