"""Marks days to be counted again because a message of theirs changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from outbound.models import SummaryDay


def mark(moments: Iterable[datetime], now: datetime) -> None:
    """Mark the local days of `moments`; today is counted regularly anyway."""
    days = {timezone.localdate(moment) for moment in moments} - {timezone.localdate(now)}
    if days:
        SummaryDay.objects.bulk_create(
            [SummaryDay(day=day, is_stale=True) for day in sorted(days)],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["is_stale"],
        )
