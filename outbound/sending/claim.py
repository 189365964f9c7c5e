"""Take due rows for sending: a durable mark and an open attempt, before any byte leaves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_noop as _

from outbound.gateways.base import Outgoing
from outbound.gateways.zenvia import payload
from outbound.lifecycle import CampaignStatus, IntegrationStatus, MessageStatus, Reason, sources
from outbound.models import Attempt, Integration, Message, Recipient
from outbound.models.fields import SecretUnreadable
from outbound.sending.stops import stop_integration

TOKEN_MISSING = _("There is no token. Enter one, then resume.")
TOKEN_UNREADABLE = _("No key of TOKEN_KEYS can decrypt the token. Enter it again, then resume.")


@dataclass(frozen=True)
class Claimed:
    """One row in a sender's hands, with the exact request to make."""

    message_id: int
    attempt_number: int
    failed_tries: int
    ticket: str
    integration_id: int
    outgoing: Outgoing


def claim(limit: int, now: datetime) -> list[Claimed]:
    """Mark up to `limit` due messages as `sending` and open an attempt for each.

    Call it inside a transaction, and let that commit before the first request is made. What a person
    decided since the launch holds here: a paused campaign or integration, an opt-out, a new token.
    """
    if limit <= 0:
        return []
    due = list(_due(now)[:limit])
    _skip_opted_out([message.pk for message in due if message.opted_out], now)
    doors = _doors({message.integration_id for message in due}, now)
    wanted = [m.pk for m in due if not m.opted_out and m.integration_id in doors]
    ticket = uuid.uuid4().hex
    # Longer than the slowest call may take, with room for a busy machine (check E007). A call that
    # outlives it does no harm: its row is `unconfirmed` until the late answer counts.
    lease = timedelta(seconds=settings.SENDER_LEASE_SECONDS)
    # The status stands in the UPDATE itself: a row that somebody else took or cancelled does not match.
    Message.objects.filter(pk__in=wanted, status__in=sources(MessageStatus.SENDING)).update(
        status=MessageStatus.SENDING,
        status_changed_at=now,
        ticket=ticket,
        lease_until=now + lease,
        attempt_count=F("attempt_count") + 1,
        reason="",
    )
    held = Message.objects.filter(ticket=ticket, status=MessageStatus.SENDING)
    claimed = [_claimed(message, doors[message.integration_id]) for message in held]
    Attempt.objects.bulk_create(_attempt(one, now) for one in claimed)
    return claimed


def due_messages(now: datetime) -> QuerySet[Message]:
    """Return the messages that may go now, as far as campaign, integration and time are concerned."""
    return Message.objects.filter(
        status=MessageStatus.QUEUED,
        due_at__lte=now,
        campaign__status=CampaignStatus.RUNNING,
        integration__status=IntegrationStatus.ACTIVE,
    )


def _due(now: datetime) -> QuerySet[Any]:
    same_person = Recipient.objects.opted_out().filter(phone_key=OuterRef("phone_key"))
    due = due_messages(now).annotate(opted_out=Exists(same_person)).order_by("due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    return due.only("pk", "integration_id")


def _skip_opted_out(pks: list[int], now: datetime) -> None:
    if pks:
        Message.objects.filter(pk__in=pks, status=MessageStatus.QUEUED).update(
            status=MessageStatus.SKIPPED, status_changed_at=now, reason=Reason.OPTED_OUT
        )


def _doors(integration_ids: set[int], now: datetime) -> dict[int, tuple[str, str]]:
    """Return address and token of each integration, read from one row: they must never be mixed."""
    doors = {}
    active = Integration.objects.filter(pk__in=integration_ids, status=IntegrationStatus.ACTIVE)
    for integration in active:
        try:
            token, problem = integration.token.reveal(), TOKEN_MISSING
        except SecretUnreadable:
            token, problem = "", TOKEN_UNREADABLE
        if token:
            doors[integration.pk] = (integration.address, token)
        else:
            stop_integration(integration.pk, problem, now)
    return doors


def _claimed(message: Message, door: tuple[str, str]) -> Claimed:
    number, (address, token) = message.attempt_count, door
    external_id = _attempt_id(message.external_id or "", number)
    again = number > 1
    return Claimed(
        message_id=message.pk,
        attempt_number=number,
        failed_tries=message.failed_tries,
        ticket=message.ticket,
        integration_id=message.integration_id,
        outgoing=Outgoing(
            address=address,
            token=token,
            payload=payload.with_external_id(message.payload, external_id) if again else message.payload,
            external_id=external_id,
        ),
    )


def _attempt_id(external_id: str, number: int) -> str:
    # A further attempt has an id of its own, so that a late status can never be laid at the wrong door.
    return external_id if number == 1 else f"{external_id}-{number}"


def _attempt(one: Claimed, now: datetime) -> Attempt:
    return Attempt(
        message_id=one.message_id,
        number=one.attempt_number,
        external_id=one.outgoing.external_id,
        opened_at=now,
    )
