"""The first wave: a large send starts with a few, and goes on by itself only when one of them was taken."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_noop as _

from outbound.lifecycle import TAKEN, MessageStatus
from outbound.models import Campaign, Message

SIZE = 5
FROM = 100  # a send to more people than this begins with a first wave
NONE_TAKEN = _("None of the first messages was accepted. Look at their answers, then resume or cancel.")

_UNTRIED = frozenset({MessageStatus.QUEUED, MessageStatus.SKIPPED, MessageStatus.CANCELLED})


def room(campaign: Campaign, now: datetime) -> int | None:
    """Return how many of `campaign` may be claimed now; None where it has no first wave, or it is over.

    Decides, once, whether the wave went well: one accepted message lets the rest go, none pauses the
    send. Call it inside the transaction of the claim.
    """
    if campaign.first_wave_passed_at:
        return None
    tried = _tried(campaign) if campaign.first_wave and _is_large(campaign) else None
    if tried is None or any(tried[status] for status in TAKEN):
        _let_go(campaign, now)
        return None
    if sum(tried.values()) >= SIZE and not tried[MessageStatus.SENDING]:
        _pause(campaign, now)
        return 0
    return max(0, SIZE - sum(tried.values()))


def _is_large(campaign: Campaign) -> bool:
    return len(campaign.messages.exclude(status=MessageStatus.SKIPPED).values("pk")[: FROM + 1]) > FROM


def _tried(campaign: Campaign) -> Counter[str]:
    rows = Message.objects.filter(campaign=campaign).exclude(status__in=_UNTRIED).order_by()
    return Counter(dict(rows.values_list("status").annotate(Count("pk"))))


def _let_go(campaign: Campaign, now: datetime) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(first_wave_passed_at=now)


def _pause(campaign: Campaign, now: datetime) -> None:
    Campaign.objects.filter(pk=campaign.pk).pause(reason=NONE_TAKEN, by=None, now=now)
