"""Finds the address that a request came from, as the trusted proxy gives it."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

# As proxies write them: 192.0.2.1:5678, [2001:db8::1]:443, and both without a port.
_WITH_PORT = re.compile(r"(?P<v4>[0-9.]+):[0-9]{1,5}|\[(?P<v6>[^\[\]]+)\](:[0-9]{1,5})?")


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address, or "" if it cannot be read.

    Behind a proxy (TRUST_PROXY) that is the last element of X-Forwarded-For, which the proxy itself wrote;
    the client may have written the others.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return read_address(forwarded.rpartition(",")[2] if forwarded else request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=256)
def read_address(text: str) -> str:
    """Return an IP address in its canonical form, without port, brackets, quotes or zone; "" for all else.

    An IPv4 address that is mapped into IPv6 comes back as IPv4.
    """
    text = text.strip().strip('"')
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((found["v4"] or found["v6"]) if found else text)
    except ValueError:  # a socket file, or nonsense
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    # PostgreSQL's inet knows no zone, and networks hold none.
    return str(address.ipv4_mapped or IPv6Address(int(address)))
