"""Explains why a message did not arrive: the console's reason, or the meaning of WhatsApp's code."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outbound.gateways import gateway
from outbound.lifecycle import REACHED, MessageStatus, Reason


class MessageRow(Protocol):
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


def has_failed(row: MessageRow) -> bool:
    """Whether an event reported a failure; the message may have been delivered all the same."""
    told = bool(row.failure_code or row.failure_text or row.failed_at)
    return told or row.status == MessageStatus.UNDELIVERED


def is_contradicted(row: MessageRow) -> bool:
    """Whether a delivered message also has a failure."""
    return row.status in REACHED and has_failed(row)


def reason_text(row: MessageRow) -> str:
    """Return why a message has its status, or "" if there is nothing to explain."""
    status = MessageStatus.UNDELIVERED if has_failed(row) else row.status
    return text_of(status, row.reason, row.failure_code)


def text_of(status: str, reason: str, code: str) -> str:
    if status == MessageStatus.UNDELIVERED:
        return str(gateway.cause_of(code).meaning)
    return str(Reason(reason).label) if reason else ""
