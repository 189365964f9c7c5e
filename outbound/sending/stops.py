"""Hold an integration until a person has looked at it."""

from __future__ import annotations

from datetime import datetime

from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration


def stop_integration(integration_id: int, reason: str, now: datetime) -> None:
    """Stop an integration, but only an active one: a person's pause keeps the person's own words."""
    Integration.objects.filter(pk=integration_id, status=IntegrationStatus.ACTIVE).update(
        status=IntegrationStatus.STOPPED,
        status_reason=reason,
        status_changed_at=now,
        status_changed_by=None,
    )
