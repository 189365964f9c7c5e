"""Reads the rows of an exported history in batches, and names its columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Message
from outbound.phones import Phone
from outbound.reports import failure_reasons

BATCH_SIZE = 2000
Cell = str | int | datetime | Phone

HEADERS: list[str | Promise] = [
    _("Send"),
    _("Template"),
    _("Integration"),
    _("Number"),
    _("Name"),
    _("Status"),
    _("Reason"),
    _("Code of the failure"),
    _("Queued at"),
    _("Last change"),
    _("Attempts"),
    _("External id"),
    _("Message id at the gateway"),
    _("Contact id at the gateway"),
    _("Sent again for"),
]
_READ = (
    "pk",
    "campaign_id",
    "campaign__title",
    "campaign__template__name",
    "integration__name",
    "phone",
    "phone_key",
    "recipient__name",
    "status",
    "reason",
    "failure_code",
    "failure_text",
    "failed_at",
    "created_at",
    "status_changed_at",
    "attempt_count",
    "external_id",
    "gateway_message_id",
    "gateway_contact_id",
    "resend_of__external_id",
)


def headers() -> list[str]:
    return [str(header) for header in HEADERS]


def rows(messages: QuerySet[Message], language: str) -> Iterator[list[Cell]]:
    """Yield one row for each message, the newest first, in `language`.

    Messages that are queued meanwhile are left out. `language` is a parameter because a streamed response is
    written after the request, whose language is no longer active.
    """
    wanted = messages.order_by("-pk").values_list(*_READ, named=True)
    batch = list(wanted[:BATCH_SIZE])
    while batch:
        with override(language):
            written = _rows(batch)
        yield from written
        batch = list(wanted.filter(pk__lt=batch[-1].pk)[:BATCH_SIZE])


def _rows(messages: list[Any]) -> list[list[Cell]]:
    labels = {status.value: str(status.label) for status in MessageStatus}
    titles = {message.campaign_id: message.campaign__title for message in messages}
    sends = {pk: str(Campaign(pk=pk, title=title)) for pk, title in titles.items()}
    return [_row(message, sends, labels) for message in messages]


def _row(message: Any, sends: dict[int, str], labels: dict[str, str]) -> list[Cell]:
    return [
        sends[message.campaign_id],
        message.campaign__template__name or "",
        message.integration__name,
        Phone(message.phone, message.phone_key),
        message.recipient__name or "",
        labels[message.status],
        failure_reasons.reason_text(message),
        message.failure_code,
        message.created_at,
        message.status_changed_at,
        message.attempt_count,
        message.external_id or "",
        message.gateway_message_id,
        message.gateway_contact_id,
        message.resend_of__external_id or "",
    ]
