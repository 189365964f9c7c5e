"""Filters the events that need a person's attention."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from outbound.lifecycle import EventState
from outbound.models import WebhookEvent

PARAMETER = "look"
STATES = (EventState.UNKNOWN, EventState.ORPHAN, EventState.UNREADABLE, EventState.FAILED)
MAX_OF_EACH_STATE = 1_000


class NeedsLookFilter(admin.SimpleListFilter):
    """Keeps the newest events of each state without effect that perhaps should have had one."""

    title = _("attention")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("needed", _("Needs a look"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        if request.GET.get("q"):  # a search leaves few
            return queryset.filter(state__in=STATES)
        # Ids first: no index orders several states, and the planner might read the whole table.
        return queryset.filter(pk__in=_newest())


def _newest() -> list[int]:
    first, *others = (
        WebhookEvent.objects.filter(pk__in=_newest_of(state)).order_by().values_list("pk", flat=True)
        for state in STATES
    )
    return list(first.union(*others, all=True))


def _newest_of(state: EventState) -> QuerySet[Any]:
    return WebhookEvent.objects.filter(state=state).order_by("-pk").values("pk")[:MAX_OF_EACH_STATE]
