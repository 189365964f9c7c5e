"""Stops an integration until a person resumes it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from outbound.models import Integration


def stop_integration(integration_id: int, reason: str, now: datetime, *, since: datetime) -> None:
    """Stop an integration for a request made at `since`.

    Only an active one, so that a person's pause keeps its reason; and not one that was resumed or got another
    token after `since`, which the response says nothing about.
    """
    unchanged = Q(status_changed_at=None) | Q(status_changed_at__lte=since)
    same_token = Q(token_replaced_at=None) | Q(token_replaced_at__lte=since)
    rows = Integration.objects.filter(unchanged, same_token, pk=integration_id)
    rows.stop(reason=reason, by=None, now=now)
