"""What no log shows: the secret of a webhook's address, however the address was mistyped.

Records are cut as they are made, before any handler sees them. So it makes no difference who logs at which
level and in which format: Django, its development server, gunicorn with an access log, or a library.
"""

from __future__ import annotations

import logging
import re
from typing import Any

GONE = "…"
# A secret has 43 characters (outbound/webhooks/secrets.py). Three short of it, it still tells too much.
_LONG = re.compile(r"(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}){40,}")
# Names of constraints and functions are as long, and made of words.
_WORD = re.compile(r"[a-z]{0,24}|[0-9]{1,8}|[0-9a-f]{8}")
FEWEST_CHARACTERS = 10
# Where the address is nearly right, even a part of a secret goes.
_SLASH = "(?:/|%2f)+"
_HOOK = re.compile(
    rf"((?<![a-z])hooks?{_SLASH}(?:zenvia{_SLASH})?(?:[0-9]+{_SLASH})?|zenvia{_SLASH}[0-9]+{_SLASH})"
    r"[^\s\"'<>]+",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(://[^/:@\s]{0,100}:)[^\s\"'<>]{1,200}@")

_formatter = logging.Formatter()


def cut(text: str) -> str:
    """Return `text` without what could be a secret in an address, or the password of a service."""
    text = _PASSWORD.sub(rf"\1{GONE}@", text)
    return _LONG.sub(_long, _HOOK.sub(rf"\1{GONE}", text))


def install() -> None:
    """Cut every record that this process makes from now on."""
    logging.setLogRecordFactory(QuietRecord)


class QuietRecord(logging.LogRecord):
    """A record whose message, traceback and stack are cut before any handler sees them."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        said = _said(self)
        if (quiet := cut(said)) != said:
            self.msg, self.args = quiet, None
        if self.exc_info:  # formatters take this text where there is one
            self.exc_text = cut(_formatter.formatException(self.exc_info))
        if self.stack_info:
            self.stack_info = cut(self.stack_info)


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # a wrong format, which is reported where it is written, with its arguments
        return f"{record.msg} {record.args}"


def _long(found: re.Match[str]) -> str:
    text = found[0]
    is_name = all(map(_WORD.fullmatch, text.split("_")))
    return text if is_name or len(set(text)) < FEWEST_CHARACTERS else GONE
