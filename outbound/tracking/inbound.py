"""Applies messages that people sent: they open the service window, and a keyword opts the person out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from outbound import audit, phones
from outbound.audit import Verb
from outbound.gateways.base import Inbound
from outbound.lifecycle import EventState
from outbound.models import Conversation, Recipient
from outbound.tracking.opt_out_keywords import is_opt_out
from outbound.tracking.reading import Reading


@dataclass(frozen=True)
class InboundMessage:
    """A message of a person to an integration's number; `at` is when it was sent, as far as is known."""

    integration_id: int
    phone: phones.Phone
    at: datetime
    text: str = ""
    name: str = ""


def apply_inbound(readings: Iterable[Reading], now: datetime) -> None:
    """Open the service windows of those who wrote, opt out those who asked for it, and settle the events."""
    found = [message for reading in readings if (message := _settled(reading))]
    _open_windows(found)
    for message in found:
        if is_opt_out(message.text):
            opt_out(message, now)


def opt_out(message: InboundMessage, now: datetime) -> None:
    """Opt out every recipient with that number; one that is on no list becomes a recipient for it."""
    known = list(Recipient.objects.filter(phone_key=message.phone.key))
    if not known:
        known = [Recipient(phone=message.phone.e164, name=message.name)]
        known[0].save()
    leaving = [recipient for recipient in known if recipient.opted_out_at is None]
    for recipient in leaving:
        recipient.set_opted_out(now, f"“{message.text.strip()}”")
    if leaving:
        audit.record(leaving[0], Verb.OPTED_OUT_BY_WORD, None)


def _settled(reading: Reading) -> InboundMessage | None:
    """Settle the event of an inbound message and return the message; None for other events."""
    inbound, phone, event = reading.parsed, reading.phone, reading.event
    if not isinstance(inbound, Inbound):
        return None
    if phone is None:
        event.note = "number_unreadable"
        reading.settle(EventState.ORPHAN)
        return None
    event.phone_key = phone.key
    reading.settle(EventState.APPLIED)
    at = min(inbound.happened_at or event.received_at, event.received_at)
    return InboundMessage(event.integration_id, phone, at, inbound.text, inbound.name)


def _open_windows(messages: Sequence[InboundMessage]) -> None:
    newest: dict[tuple[int, str], datetime] = {}
    for message in messages:
        key = (message.integration_id, message.phone.key)
        newest[key] = max(message.at, newest.get(key, message.at))
    known = _known(newest)
    rows = [
        Conversation(integration_id=integration_id, phone_key=phone_key, last_inbound_at=at)
        for (integration_id, phone_key), at in sorted(newest.items())
        if at > known.get((integration_id, phone_key), datetime.min.replace(tzinfo=at.tzinfo))
    ]
    Conversation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["integration", "phone_key"],
        update_fields=["last_inbound_at"],
    )


def _known(newest: dict[tuple[int, str], datetime]) -> dict[tuple[int, str], datetime]:
    rows = Conversation.objects.filter(
        phone_key__in={phone_key for _pk, phone_key in newest}, last_inbound_at__isnull=False
    )
    return {
        (integration_id, phone_key): at
        for integration_id, phone_key, at in rows.values_list(
            "integration_id", "phone_key", "last_inbound_at"
        )
        if at is not None
    }
