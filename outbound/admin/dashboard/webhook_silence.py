"""Detects a silent webhook: an integration whose accepted messages get no events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from outbound.lifecycle import MessageStatus
from outbound.models import Integration, Message

LOOK_BACK = timedelta(hours=1)
EXPECTED_WITHIN = timedelta(minutes=30)
MIN_ACCEPTED = 20
# With so many accepted messages without an event, the webhook is silent before EXPECTED_WITHIN is over.
CERTAIN = 1_000
# No index has the time of the status, so only the newest messages are read.
MAX_READ = CERTAIN


@dataclass(frozen=True)
class Unheard:
    """How many messages of the last hour are accepted without an event, and since when the oldest one is."""

    count: int
    since: datetime


def unheard(integrations: Iterable[Integration], now: datetime) -> dict[int, Unheard]:
    """Return by integration id the unheard messages of those without a recent event, in at most one query.

    Only the newest MAX_READ accepted messages of an integration are considered.
    """
    counts = [_count(one, now) for one in integrations if not _has_recent_event(one, now)]
    if not counts:
        return {}
    found = counts[0].union(*counts[1:], all=True)
    return {row["integration_id"]: Unheard(row["count"], row["since"]) for row in found}


def _count(one: Integration, now: datetime) -> QuerySet[Any, Any]:
    accepted = Message.objects.filter(integration=one, status=MessageStatus.ACCEPTED)
    newest = accepted.order_by("-id").values("pk")[:MAX_READ]
    recent = Message.objects.filter(pk__in=newest, status_changed_at__gte=now - LOOK_BACK).order_by()
    return recent.values("integration_id").annotate(count=Count("pk"), since=Min("status_changed_at"))


def silent(
    integrations: Iterable[Integration], of: dict[int, Unheard], now: datetime
) -> list[tuple[Integration, str]]:
    """Return the integrations whose webhook is silent, each with a sentence that says what to do."""
    pairs = [(one, of[one.pk]) for one in integrations if one.pk in of]
    return [(one, _advice(one, its.count)) for one, its in pairs if _is_silent(its, now)]


def _is_silent(its: Unheard, now: datetime) -> bool:
    is_overdue = its.since <= now - EXPECTED_WITHIN or its.count >= CERTAIN
    return its.count >= MIN_ACCEPTED and is_overdue


def _has_recent_event(one: Integration, now: datetime) -> bool:
    return one.last_event_at is not None and one.last_event_at > now - EXPECTED_WITHIN


def _advice(one: Integration, count: int) -> str:
    values = {"name": one.name, "count": f"{count}+" if count >= MAX_READ else count}
    if one.last_event_at is None and not getattr(one, "has_webhook", False):
        said = _(
            "%(name)s: %(count)s accepted in the last hour and no webhook is connected, so nobody tells what "
            "became of them. Connect it."
        )
    else:
        said = _(
            "%(name)s: %(count)s accepted in the last hour and not one event for 30 minutes. Check the "
            "webhook's address, or whether Zenvia switched it off."
        )
    return said % values
