"""Checks whether an event may come in: the secret in the path, the header and the sender's address."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.db.models import Q
from django.utils import timezone

from outbound.lifecycle import AddressPolicy
from outbound.models import WebhookKey


@dataclass(frozen=True)
class WebhookAuth:
    """What an integration's webhook accepts at this moment; secrets as digests.

    `header` is required unless it is empty. `header_next` is accepted in its place.
    """

    path_secrets: tuple[str, ...]
    header: str
    header_next: str
    policy: str
    ranges: str

    def accepts(self, secret: str, header: str) -> bool:
        """Whether both secrets are right; every comparison takes the same time."""
        given, sent = digest(secret), digest(header)
        is_known = sum(hmac.compare_digest(given, known) for known in self.path_secrets) > 0
        is_required = hmac.compare_digest(sent, self.header)
        is_next = hmac.compare_digest(sent, self.header_next)
        return is_known and (not self.header or is_required or is_next)

    def lists(self, address: str) -> bool:
        """Whether an address is on the list, or no list applies."""
        return self.policy == AddressPolicy.OFF or not self.ranges.strip() or _is_within(address, self.ranges)

    @property
    def is_strict(self) -> bool:
        """Whether events from other addresses are refused."""
        return self.policy == AddressPolicy.ENFORCE


# For an unknown integration: comparing takes as long as for a known one.
_NONE = WebhookAuth(("0" * 64,), "", "", AddressPolicy.OFF, "")


def auth_of(integration_id: int) -> WebhookAuth:
    """Return what the webhook of an integration accepts now; nothing if it has no valid secret."""
    rows = list(
        WebhookKey.objects.filter(valid(timezone.now()), integration=integration_id).values_list(
            "digest",
            "integration__webhook_header",
            "integration__webhook_header_next",
            "integration__webhook_addresses",
            "integration__webhook_ranges",
        )
    )
    return WebhookAuth(tuple(row[0] for row in rows), *rows[0][1:]) if rows else _NONE


def valid(now: datetime) -> Q:
    """Return the condition that selects the path secrets that are accepted at `now`."""
    return Q(expires_at=None) | Q(expires_at__gt=now)


def digest(secret: str) -> str:
    """Return the form in which a secret is stored: a fast hash suffices for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@lru_cache(maxsize=256)
def _is_within(address: str, ranges: str) -> bool:
    try:
        return any(ip_address(address) in ip_network(line) for line in ranges.split())
    except ValueError:
        return False
