"""A webhook that fell silent: messages are accepted, and nobody says what became of them."""

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
PATIENCE = timedelta(minutes=30)
LEAST = 20
# Where so many are accepted without a single event, nobody has to wait for half an hour.
PLENTY = 1_000
# So many are looked at, the newest: no index has the moment, and a page must not walk far.
NEWEST = PLENTY


@dataclass(frozen=True)
class Unheard:
    """How many of the messages accepted in the last hour are still no more than that, and since when."""

    count: int
    since: datetime


def unheard(integrations: Iterable[Integration], now: datetime) -> dict[int, Unheard]:
    """Return it for each that has any and was not heard of lately, by its id: at most one question.

    Those of an older, slower send are not seen behind the newest of a later one.
    """
    counts = [_count(one, now) for one in integrations if not _is_heard(one, now)]
    if not counts:
        return {}
    found = counts[0].union(*counts[1:], all=True)
    return {row["integration_id"]: Unheard(row["count"], row["since"]) for row in found}


def _count(one: Integration, now: datetime) -> QuerySet[Any, Any]:
    accepted = Message.objects.filter(integration=one, status=MessageStatus.ACCEPTED)
    newest = accepted.order_by("-id").values("pk")[:NEWEST]
    recent = Message.objects.filter(pk__in=newest, status_changed_at__gte=now - LOOK_BACK).order_by()
    return recent.values("integration_id").annotate(count=Count("pk"), since=Min("status_changed_at"))


def silent(
    integrations: Iterable[Integration], of: dict[int, Unheard], now: datetime
) -> list[tuple[Integration, str]]:
    """Return the integrations whose webhook is silent, each with what to do about it."""
    pairs = [(one, of[one.pk]) for one in integrations if one.pk in of]
    return [(one, _sentence(one, its.count)) for one, its in pairs if _is_silent(its, now)]


def _is_silent(its: Unheard, now: datetime) -> bool:
    had_its_time = its.since <= now - PATIENCE or its.count >= PLENTY
    return its.count >= LEAST and had_its_time


def _is_heard(one: Integration, now: datetime) -> bool:
    return one.last_event_at is not None and one.last_event_at > now - PATIENCE


def _sentence(one: Integration, count: int) -> str:
    values = {"name": one.name, "count": f"{count}+" if count >= NEWEST else count}
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
