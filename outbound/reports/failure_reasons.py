"""Why a message did not arrive, in words: our own reason, or what WhatsApp's code means."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outbound.gateways import gateway
from outbound.lifecycle import REACHED, MessageStatus, Reason


class Standing(Protocol):
    """A message, or a row with these columns of it."""

    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def failure_code(self) -> str: ...
    @property
    def failure_text(self) -> str: ...
    @property
    def failed_at(self) -> datetime | None: ...


def has_failed(row: Standing) -> bool:
    """Whether an event told of a failure, though the message may have been delivered all the same."""
    told = bool(row.failure_code or row.failure_text or row.failed_at)
    return told or row.status == MessageStatus.UNDELIVERED


def is_contradicted(row: Standing) -> bool:
    """Whether it was delivered, and a failure was reported too."""
    return row.status in REACHED and has_failed(row)


def why(row: Standing) -> str:
    """Return why a row stands as it does, or "" where there is nothing to explain."""
    status = MessageStatus.UNDELIVERED if has_failed(row) else row.status
    return in_words(status, row.reason, row.failure_code)


def in_words(status: str, reason: str, code: str) -> str:
    if status == MessageStatus.UNDELIVERED:
        return str(gateway.cause_of(code).meaning)
    return str(Reason(reason).label) if reason else ""
