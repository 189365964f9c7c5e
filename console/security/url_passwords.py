"""Masks the passwords in the addresses of services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from django.conf import settings

MASKED = "********************"
_IN_ADDRESS = re.compile(r"(?P<before>://[^\s/:@]*:(?=[^\s/@]+@)|[?&]password=)(?P<password>[^\s/@&]+)")


def mask(text: str) -> str:
    """Return the text without the password of any address in it."""
    return _IN_ADDRESS.sub(rf"\g<before>{MASKED}", text)


def appears_in(value: Any) -> bool:
    """Whether the repr of a value contains the password of the database or of Redis."""
    try:
        text = repr(value)
    except Exception:  # the report meets the same error and prints it
        return False
    return any(password in text for password in _passwords())


def _passwords() -> Iterator[str]:
    """Yield each password as it is and as it is quoted in an address."""
    for found in _IN_ADDRESS.finditer(str(settings.Q_CLUSTER.get("redis", ""))):
        yield from (found["password"], unquote(found["password"]))
    if password := settings.DATABASES["default"].get("PASSWORD"):
        yield password
