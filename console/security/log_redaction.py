"""Removes the secret of a webhook's address from all logs, also from a mistyped address.

Records are redacted when they are made, before any handler sees them, so it does not matter who logs at which
level and in which format.
"""

from __future__ import annotations

import logging
import re
from typing import Any

REDACTED = "…"
# A secret has 43 characters (outbound/webhooks/secrets.py); a part of 40 still reveals too much.
_LONG = re.compile(r"(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}){40,}")
# Names of constraints and functions are as long, but made of words.
_WORD = re.compile(r"[a-z]{0,24}|[0-9]{1,8}|[0-9a-f]{8}")
FEWEST_CHARACTERS = 10
# In an address that is nearly right, even a part of a secret is removed.
_SLASH = "(?:/|%2f)+"
_HOOK = re.compile(
    rf"((?<![a-z])hooks?{_SLASH}(?:zenvia{_SLASH})?(?:[0-9]+{_SLASH})?|zenvia{_SLASH}[0-9]+{_SLASH})"
    r"[^\s\"'<>]+",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(://[^/:@\s]{0,100}:)[^\s\"'<>]{1,200}@")

_formatter = logging.Formatter()


def redact(text: str) -> str:
    """Return `text` without what could be a secret in an address, or the password of a service."""
    text = _PASSWORD.sub(rf"\1{REDACTED}@", text)
    return _LONG.sub(_long, _HOOK.sub(rf"\1{REDACTED}", text))


def install() -> None:
    """Redact every record that this process makes from now on."""
    logging.setLogRecordFactory(RedactedRecord)


class RedactedRecord(logging.LogRecord):
    """A record whose message, traceback and stack are redacted before any handler sees them."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        message = _message_of(self)
        if (quiet := redact(message)) != message:
            self.msg, self.args = quiet, None
        if self.exc_info:  # formatters use this text if there is one
            self.exc_text = redact(_formatter.formatException(self.exc_info))
        if self.stack_info:
            self.stack_info = redact(self.stack_info)


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # a wrong format, which logging reports itself, with the arguments
        return f"{record.msg} {record.args}"


def _long(found: re.Match[str]) -> str:
    text = found[0]
    is_name = all(map(_WORD.fullmatch, text.split("_")))
    return text if is_name or len(set(text)) < FEWEST_CHARACTERS else REDACTED
