"""The secret in a header of the webhook: made, seen to come in, and only then asked for.

Whoever asked for it at once would turn away every event until it is entered at Zenvia, in each subscription,
and Zenvia switches a webhook off that fails 500 times in a row.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import F

from outbound.models import Integration
from outbound.webhooks.secrets import SECRET_BYTES, changed, digest


def make(integration: Integration) -> str:
    """Make a secret and return it, the only time. It opens the door beside the one before it."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    _set(integration, webhook_header_next=digest(secret), webhook_header_seen_at=None)
    return secret


def came_in(integration_id: int, header: str, now: datetime) -> None:
    """Write down that an event brought the header that was made last."""
    waiting = Integration.objects.filter(pk=integration_id, webhook_header_next=digest(header))
    waiting.filter(webhook_header_seen_at=None).update(webhook_header_seen_at=now)
    changed()


def ask_for(integration: Integration) -> bool:
    """Turn away, from now on, what brings not the header that was made last; False if that never came in."""
    seen = Integration.objects.filter(pk=integration.pk, webhook_header_seen_at__isnull=False)
    asked = seen.update(
        webhook_header=F("webhook_header_next"), webhook_header_next="", webhook_header_seen_at=None
    )
    changed()
    return bool(asked)


def drop(integration: Integration) -> None:
    """Ask for no header any more."""
    _set(integration, webhook_header="", webhook_header_next="", webhook_header_seen_at=None)


def _set(integration: Integration, **values: object) -> None:
    Integration.objects.filter(pk=integration.pk).update(**values)
    changed()
