"""The passwords in the addresses of services, which no report may show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from django.conf import settings

HIDDEN = "********************"
_IN_ADDRESS = re.compile(r"(?P<before>://[^\s/:@]*:(?=[^\s/@]+@)|[?&]password=)(?P<password>[^\s/@&]+)")


def hide(text: str) -> str:
    """Return the text without the password of any address in it."""
    return _IN_ADDRESS.sub(rf"\g<before>{HIDDEN}", text)


def is_told_by(value: Any) -> bool:
    """Return whether a value, as a report would print it, holds the password of a service of ours."""
    try:
        text = repr(value)
    except Exception:  # the report meets the same error, and prints that
        return False
    return any(password in text for password in _passwords())


def _passwords() -> Iterator[str]:
    """Yield each as it is written in an address, and as it is."""
    for found in _IN_ADDRESS.finditer(str(settings.Q_CLUSTER.get("redis", ""))):
        yield from (found["password"], unquote(found["password"]))
    if password := settings.DATABASES["default"].get("PASSWORD"):
        yield password
