"""The first wave: a large campaign starts with five messages and continues once one of them is accepted."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_noop as _

from outbound.lifecycle import TAKEN, MessageStatus
from outbound.models import Campaign, Message

SIZE = 5
MIN_RECIPIENTS = 100  # campaigns with more recipients start with a first wave
NONE_TAKEN = _("None of the first messages was accepted. Look at their answers, then resume or cancel.")

_UNTRIED = frozenset({MessageStatus.QUEUED, MessageStatus.SKIPPED, MessageStatus.CANCELLED})


def quota(campaign: Campaign, now: datetime) -> int | None:
    """Return how many messages of `campaign` may be claimed now; None if no first wave limits it.

    Ends the wave once its messages are answered: one accepted message lets the rest go, none pauses the
    campaign. Call it inside the claim's transaction.
    """
    if campaign.first_wave_passed_at:
        return None
    tried = _tried(campaign) if campaign.first_wave and _is_large(campaign) else None
    if tried is None or any(tried[status] for status in TAKEN):
        _pass(campaign, now)
        return None
    if sum(tried.values()) >= SIZE and not tried[MessageStatus.SENDING]:
        _pause(campaign, now)
        return 0
    return max(0, SIZE - sum(tried.values()))


def _is_large(campaign: Campaign) -> bool:
    return (
        len(campaign.messages.exclude(status=MessageStatus.SKIPPED).values("pk")[: MIN_RECIPIENTS + 1])
        > MIN_RECIPIENTS
    )


def _tried(campaign: Campaign) -> Counter[str]:
    rows = Message.objects.filter(campaign=campaign).exclude(status__in=_UNTRIED).order_by()
    return Counter(dict(rows.values_list("status").annotate(Count("pk"))))


def _pass(campaign: Campaign, now: datetime) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(first_wave_passed_at=now)


def _pause(campaign: Campaign, now: datetime) -> None:
    Campaign.objects.filter(pk=campaign.pk).pause(reason=NONE_TAKEN, by=None, now=now)
