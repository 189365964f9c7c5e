"""Makes, rotates and revokes the secret in the path of a webhook's address; only digests are kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from outbound.models import Integration, WebhookKey
from outbound.webhooks.auth import auth_of, digest, valid

SECRET_BYTES = 32
# How long the old secret still works, while the new address is entered at the gateway.
OVERLAP = timedelta(days=7)


def lock(integration: Integration) -> Integration:
    """Read the integration anew and keep others from changing its secrets until the transaction ends."""
    return Integration.objects.select_for_update(no_key=True).get(pk=integration.pk)


@transaction.atomic
def rotate(integration: Integration, *, by: User | None, now: datetime) -> str:
    """Make a new secret and return it; the newest one before it works until OVERLAP has passed."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    integration.webhook_keys.filter(expires_at__isnull=False).delete()
    integration.webhook_keys.update(expires_at=now + OVERLAP)
    integration.webhook_keys.create(digest=digest(secret), hint=secret[-4:], created_at=now, created_by=by)
    return secret


def valid_keys(integration: Integration, now: datetime) -> QuerySet[WebhookKey]:
    """Return the secrets of an integration that are accepted at `now`, the newest first."""
    return integration.webhook_keys.filter(valid(now))


def is_valid(integration: Integration, secret: str) -> bool:
    """Whether the webhook of an integration accepts a secret in its path now."""
    return digest(secret) in auth_of(integration.pk).path_secrets


def revoke_old(integration: Integration) -> None:
    """End the old secret at once."""
    integration.webhook_keys.filter(expires_at__isnull=False).delete()


def revoke_new(integration: Integration, now: datetime) -> None:
    """End the new secret at once and keep the old one without end. Both must be valid."""
    newest, old = valid_keys(integration, now)
    newest.delete()
    WebhookKey.objects.filter(pk=old.pk).update(expires_at=None)
