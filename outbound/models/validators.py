"""Validators of an integration's address, token and networks."""

from __future__ import annotations

import re
from ipaddress import ip_network

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from outbound.contents.bounds import MAX_RANGES, MAX_RANGES_LENGTH

MAX_TOKEN_LENGTH = 2048
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

path_segment = RegexValidator(
    r"^(?!\.+$)[A-Za-z0-9._~-]+$",
    _("Only letters, digits, dot, hyphen, underscore and tilde."),
    code="path_invalid",
)


# Strict, so that every parser of an address finds the same host, port and path in it.
_BASE_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?:/(?!\.+(?:/|$))[a-z0-9._~-]+)*/?",
    re.ASCII | re.IGNORECASE,
)
HTTPS_PORT, MAX_PORT = 443, 65535


def validate_base_url(value: str) -> None:
    """Require https and a host of GATEWAY_HOSTS. Outside production, a loopback address needs neither.

    Codes: `path_invalid`, `https_required`, `host_not_allowed`.
    """
    found = _BASE_URL.fullmatch(value)
    port = int(found["port"] or HTTPS_PORT) if found else 0
    if found is None or port > MAX_PORT:
        raise ValidationError(_("This is not the address of a gateway."), code="path_invalid")
    scheme, host = found["scheme"].lower(), found["host"].lower()
    if host.strip("[]") in LOOPBACK_HOSTS and scheme in ("http", "https") and not settings.PRODUCTION:
        return  # the sandbox
    if scheme != "https":
        raise ValidationError(_("The address must begin with https://."), code="https_required")
    place = host if port == HTTPS_PORT else f"{host}:{port}"
    if place not in settings.GATEWAY_HOSTS:
        raise ValidationError(
            _("“%(host)s” is not among the gateways this console may reach (GATEWAY_HOSTS)."),
            code="host_not_allowed",
            params={"host": place[:80]},
        )


def validate_token(value: str) -> None:
    """Require what an HTTP header can carry. Code: `token_invalid`."""
    if len(value) > MAX_TOKEN_LENGTH or not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValidationError(
            _("A token is one word, without spaces or line breaks. Copy it again from Zenvia."),
            code="token_invalid",
        )


def validate_ranges(value: str) -> None:
    """Require a list of networks, one a line. Codes: `ranges_too_many`, `range_invalid`."""
    lines = value.split() if len(value) <= MAX_RANGES_LENGTH else []
    if len(lines) > MAX_RANGES or len(value) > MAX_RANGES_LENGTH:
        raise ValidationError(
            _("At most %(max)s networks."), code="ranges_too_many", params={"max": MAX_RANGES}
        )
    for line in lines:
        try:
            ip_network(line)
        except ValueError:
            raise ValidationError(
                _("“%(range)s” is not a network, like 45.233.20.0/24."),
                code="range_invalid",
                params={"range": line[:80]},
            ) from None
