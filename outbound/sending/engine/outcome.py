"""Decides the next status of a message from the result of its request."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Throttled
from outbound.lifecycle import AttemptOutcome, MessageStatus, Reason
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.deliver import Delivered
from outbound.sending.limits import backoff

# Also attempts that do not count as failed tries end somewhere: the column holds 32,767.
MAX_ATTEMPTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The columns to write for a message and its attempt. Texts are the gateway's own."""

    outcome: AttemptOutcome
    status: MessageStatus
    reason: Reason | None = None
    failed_tries: int
    due_at: datetime
    http_status: int | None = None
    answer: str = ""
    gateway_status: str = ""
    gateway_message_id: str = ""
    gateway_contact_id: str = ""


def decide(delivered: Delivered, now: datetime, rng: random.Random) -> Outcome:
    """Return what `delivered` means for its message.

    Only NotSent puts it back into the queue, with a wait; Ambiguous never does.
    """
    result, tries = delivered.result, delivered.claimed.failed_tries
    if isinstance(result, Accepted):
        return _accepted(result, tries, now)
    if isinstance(result, NotSent):
        return _not_sent(result, delivered.claimed, now, rng)
    if isinstance(result, Ambiguous):
        return _closed(
            result, AttemptOutcome.AMBIGUOUS, MessageStatus.UNCONFIRMED, Reason.NO_CLEAR_ANSWER, tries, now
        )
    return _closed(result, AttemptOutcome.REFUSED, MessageStatus.REFUSED, Reason.REJECTED, tries, now)


def _accepted(result: Accepted, tries: int, now: datetime) -> Outcome:
    return Outcome(
        outcome=AttemptOutcome.ACCEPTED,
        status=MessageStatus.ACCEPTED,
        failed_tries=tries,
        due_at=now,
        http_status=result.http_status,
        answer=result.answer,
        gateway_status=result.status,
        gateway_message_id=result.message_id,
        gateway_contact_id=result.contact_id,
    )


def _not_sent(result: NotSent, claimed: ClaimedMessage, now: datetime, rng: random.Random) -> Outcome:
    tries = claimed.failed_tries
    if claimed.attempt_number >= MAX_ATTEMPTS:
        return _closed(
            result, AttemptOutcome.NOT_SENT, MessageStatus.REFUSED, Reason.RETRIES_EXHAUSTED, tries, now
        )
    if result.stops:
        return _closed(
            result, AttemptOutcome.NOT_SENT, MessageStatus.QUEUED, Reason.INTEGRATION_STOPPED, tries, now
        )
    if isinstance(result, Throttled):
        due_at = now + result.wait
        return _closed(result, AttemptOutcome.NOT_SENT, MessageStatus.QUEUED, Reason.BUSY, tries, due_at)
    if not result.counts:
        return _closed(result, AttemptOutcome.NOT_SENT, MessageStatus.QUEUED, Reason.TAKEN_BACK, tries, now)
    wait_or_none = backoff.next_wait(tries + 1, rng, most_tries=result.most_tries)
    if wait_or_none is None:
        return _closed(
            result, AttemptOutcome.NOT_SENT, MessageStatus.REFUSED, Reason.RETRIES_EXHAUSTED, tries + 1, now
        )
    return _closed(
        result,
        AttemptOutcome.NOT_SENT,
        MessageStatus.QUEUED,
        Reason.CONNECTION,
        tries + 1,
        now + wait_or_none,
    )


def _closed(
    result: GatewayError,
    outcome: AttemptOutcome,
    status: MessageStatus,
    reason: Reason,
    failed_tries: int,
    due_at: datetime,
) -> Outcome:
    return Outcome(
        outcome=outcome,
        status=status,
        reason=reason,
        failed_tries=failed_tries,
        due_at=due_at,
        http_status=result.http_status,
        answer=result.answer,
    )
