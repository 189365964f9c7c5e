"""Makes, requires and removes the optional secret in a header of the webhook.

A new secret is accepted at once and required only when a person says so: the gateway switches off a webhook
that refuses 500 events in a row, and the secret has to be entered there in each subscription.
"""

from __future__ import annotations

import secrets

from django.db.models import F

from outbound.models import Integration
from outbound.webhooks.auth import digest
from outbound.webhooks.secrets import SECRET_BYTES

HEADER = "X-Webhook-Secret"


def make(integration: Integration) -> str:
    """Make a secret and return it; a required one stays required, and either of the two is accepted."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    Integration.objects.filter(pk=integration.pk).update(webhook_header_next=digest(secret))
    return secret


def require(integration: Integration) -> bool:
    """Refuse events without the secret that was made last; False if it is required already."""
    waiting = Integration.objects.filter(pk=integration.pk).exclude(webhook_header_next="")
    return bool(waiting.update(webhook_header=F("webhook_header_next"), webhook_header_next=""))


def remove(integration: Integration) -> None:
    """Accept events without a header again, and forget its secrets."""
    Integration.objects.filter(pk=integration.pk).update(webhook_header="", webhook_header_next="")
