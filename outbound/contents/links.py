"""Checks the addresses in a message, without ever opening one.

Only https on its standard port at a public host name is accepted.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

MAX_URL_LENGTH = 2048
HTTPS_PORT = 443
# Names in the recipient's own machine or network.
PRIVATE_SUFFIXES = ("localhost", "local", "internal", "lan", "home", "intranet", "test", "invalid", "arpa")

MESSAGES = {
    "invalid": _("This is not a web address. Copy it from the browser, from https:// to its end."),
    "https_only": _("The address must begin with https://."),
    "host_not_public": _("The address must be one that anybody on the internet can open."),
}

_FORBIDDEN = re.compile(r"[\s\\<>\"{}|^`#\x00-\x1f\x7f]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LAST_LABEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")


def problem_with(url: str) -> str | None:
    """Return the code of what is wrong with `url` (a key of MESSAGES), or None."""
    scheme = url.partition(":")[0].lower()
    if re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) and scheme != "https" and ":" in url:
        return "https_only"
    if not url.lower().startswith("https://") or len(url) > MAX_URL_LENGTH:
        return "invalid"
    if _FORBIDDEN.search(url) or not url.isprintable():  # zero-width characters are not printable
        return "invalid"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "invalid"
    if not host or "@" in parts.netloc or port not in (None, HTTPS_PORT):
        return "invalid"
    return None if _is_public_name(host) else "host_not_public"


def host_of(url: object) -> str:
    """Return the host of an address, for display, or an empty string."""
    try:
        return urlsplit(str(url)).hostname or ""
    except ValueError:
        return ""


def _is_public_name(host: str) -> bool:
    # Clients turn circled and full-width digits into plain ones.
    name = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    try:
        labels = name.encode("idna").decode().split(".")
    except UnicodeError:
        return False
    if len(labels) < 2 or labels[-1] in PRIVATE_SUFFIXES:
        return False
    # A last label that begins with a digit is a spelling of an IPv4 address, and an IPv6 literal has no
    # labels. Both are refused.
    return bool(_LAST_LABEL.fullmatch(labels[-1])) and all(_LABEL.fullmatch(label) for label in labels)
