"""The secrets that open a webhook address: made here, shown once, kept as digests."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import ClassVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from outbound.lifecycle import AddressPolicy
from outbound.models import Integration, WebhookKey

SECRET_BYTES = 32
HEADER = "X-Webhook-Secret"
# How long the old secret still opens the door, while the new address is entered at Zenvia.
BOTH_ALIVE = timedelta(days=7)
# A rotation, a new list of addresses, is known to every process after so long.
REMEMBERED_SECONDS = 5.0


@dataclass(frozen=True)
class Door:
    """What opens one integration's webhook at this moment."""

    digests: tuple[str, ...]
    header: str
    header_next: str
    header_seen_at: datetime | None
    policy: str
    ranges: str

    def opens_to(self, secret: str, header: str) -> bool:
        """Whether both secrets are right; every comparison takes the same time."""
        given = digest(secret)
        is_known = sum(hmac.compare_digest(given, known) for known in self.digests) > 0
        brought = digest(header)
        is_asked = hmac.compare_digest(brought, self.header)
        is_next = hmac.compare_digest(brought, self.header_next)
        return is_known and (not self.header or is_asked or is_next)

    def waits_for(self, header: str) -> bool:
        """Whether an event is the first to bring the header that was made last."""
        is_awaited = bool(self.header_next) and self.header_seen_at is None
        return is_awaited and hmac.compare_digest(digest(header), self.header_next)

    def knows(self, address: str) -> bool:
        """Whether an address is on the list, or nobody asks."""
        return self.policy == AddressPolicy.OFF or not self.ranges.strip() or _is_within(address, self.ranges)

    @property
    def is_strict(self) -> bool:
        return self.policy == AddressPolicy.ENFORCE


@lru_cache(maxsize=256)
def _is_within(address: str, ranges: str) -> bool:
    try:
        return any(ip_address(address) in ip_network(line) for line in ranges.split())
    except ValueError:
        return False


# For a number that no integration has: comparing takes as long as with one.
_NO_DOOR = Door(("0" * 64,), "", "", None, AddressPolicy.OFF, "")


class _remembered:  # noqa: N801
    doors: ClassVar[dict[int, tuple[float, Door]]] = {}


def door(integration_id: int) -> Door:
    """Return what opens an integration's webhook, as it was within the last seconds."""
    until, known = _remembered.doors.get(integration_id, (0.0, _NO_DOOR))
    if time.monotonic() < until:
        return known
    read = _read(integration_id)
    if read is not _NO_DOOR:  # whoever tries numbers fills no memory
        _remembered.doors[integration_id] = (time.monotonic() + REMEMBERED_SECONDS, read)
    return read


def forget() -> None:
    """Read every door anew: this process knows of a change at once, and the others soon."""
    _remembered.doors.clear()


def changed() -> None:
    """Forget now, and once more at the commit: in between somebody may have read what was before."""
    forget()
    transaction.on_commit(forget)


def hold(integration: Integration) -> Integration:
    """Return the integration as it is, and let nobody else change its secrets until the commit."""
    return Integration.objects.select_for_update(no_key=True).get(pk=integration.pk)


@transaction.atomic
def rotate(integration: Integration, *, by: User | None, now: datetime) -> str:
    """Make a new secret and return it, the only time; the one before lives on for a while."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    integration.webhook_keys.filter(expires_at__isnull=False).delete()
    integration.webhook_keys.update(expires_at=now + BOTH_ALIVE)
    integration.webhook_keys.create(digest=digest(secret), hint=secret[-4:], created_at=now, created_by=by)
    changed()
    return secret


def alive(integration: Integration, now: datetime) -> QuerySet[WebhookKey]:
    """Return the secrets that open the webhook of `integration`, the newest first."""
    return integration.webhook_keys.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def is_alive(integration: Integration, secret: str) -> bool:
    """Whether a secret opens the webhook of `integration` at this moment."""
    return digest(secret) in _read(integration.pk).digests


def retire_old(integration: Integration) -> None:
    """End the old secret at once."""
    integration.webhook_keys.filter(expires_at__isnull=False).delete()
    changed()


def retire_new(integration: Integration, now: datetime) -> None:
    """End the new secret at once, and let the old one live on for good. There must be both."""
    newest, old = alive(integration, now)
    newest.delete()
    WebhookKey.objects.filter(pk=old.pk).update(expires_at=None)
    changed()


def digest(secret: str) -> str:
    # Not a slow hash: the secret is 256 random bits and not a person's word.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _read(integration_id: int) -> Door:
    rows = list(
        WebhookKey.objects.filter(integration=integration_id).values_list(
            "digest",
            "expires_at",
            "integration__webhook_header",
            "integration__webhook_header_next",
            "integration__webhook_header_seen_at",
            "integration__webhook_addresses",
            "integration__webhook_ranges",
        )
    )
    now = timezone.now()
    alive = tuple(digest for digest, expires_at, *_rest in rows if expires_at is None or expires_at > now)
    if not alive:
        return _NO_DOOR
    return Door(alive, *rows[0][2:])
