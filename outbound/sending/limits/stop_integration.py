"""Hold an integration until a person has looked at it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from outbound.models import Integration


def stop_integration(integration_id: int, reason: str, now: datetime, *, since: datetime) -> None:
    """Stop an integration for what was tried at `since`.

    Only an active one: a person's pause keeps the person's own words. And not one that a person has
    resumed or given another token after that moment: the answer speaks of what was before.
    """
    unchanged = Q(status_changed_at=None) | Q(status_changed_at__lte=since)
    same_token = Q(token_replaced_at=None) | Q(token_replaced_at__lte=since)
    rows = Integration.objects.filter(unchanged, same_token, pk=integration_id)
    rows.stop(reason=reason, by=None, now=now)
