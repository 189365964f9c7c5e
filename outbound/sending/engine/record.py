"""Records the results of requests, a batch in two statements, each row only while its sender holds it."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from django.db import connection

from outbound.db.sql import rows_of, stored
from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Refused, Throttled
from outbound.lifecycle import MOVES, REPORTED, MessageStatus
from outbound.models import Attempt
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.outcome import Outcome, decide
from outbound.sending.limits import circuit_breaker
from outbound.sending.limits.stop_integration import stop_integration

# name and PostgreSQL type of each value in a row of the batch
_COLUMNS = {
    "message_id": "bigint",
    "ticket": "text",
    "attempt_number": "int",
    "outcome": "text",
    "status": "text",
    "reason": "text",
    "failed_tries": "int",
    "due_at": "timestamptz",
    "closed_at": "timestamptz",
    "latency_ms": "int",
    "http_status": "int",
    "answer": "text",
    "gateway_status": "text",
    "gateway_message_id": "text",
    "gateway_contact_id": "text",
}

# A webhook event may arrive before the response and say more: the response then only adds its ids.
_SAID_MORE = "outbound_message.status IN ({})".format(
    ", ".join(f"'{status.value}'" for status in sorted(REPORTED))
)
_MESSAGES = f"""
UPDATE outbound_message SET
    status = CASE WHEN {_SAID_MORE} THEN outbound_message.status ELSE v.status END,
    reason = CASE WHEN {_SAID_MORE} THEN outbound_message.reason ELSE v.reason END,
    status_changed_at = CASE WHEN {_SAID_MORE} THEN status_changed_at ELSE v.closed_at END,
    detail = v.answer, failed_tries = v.failed_tries, due_at = v.due_at, gateway_status = v.gateway_status,
    gateway_message_id = v.gateway_message_id, gateway_contact_id = v.gateway_contact_id
FROM {{rows}} AS v
WHERE outbound_message.id = v.message_id
  AND outbound_message.ticket = v.ticket
  AND outbound_message.attempt_count = v.attempt_number
  AND {{moves}}
"""
# The moves allowed from the statuses that a held message can have. After its lease, or after a person
# resolved it, a late response may only still turn it to `accepted`.
_HELD = (
    MessageStatus.SENDING,
    MessageStatus.UNCONFIRMED,
    MessageStatus.ASSUMED_SENT,
    MessageStatus.ASSUMED_NOT_SENT,
)
_RESULTS = MOVES[MessageStatus.SENDING]
# In a CASE: with OR, SQLite would look the rows up by status instead of by id.
_MOVES = "CASE outbound_message.status {} {} ELSE FALSE END".format(
    " ".join(
        "WHEN '{}' THEN v.status IN ({})".format(
            source.value, ", ".join(f"'{target.value}'" for target in sorted(MOVES[source] & _RESULTS))
        )
        for source in _HELD
    ),
    " ".join(
        f"WHEN '{status.value}' THEN v.status = 'accepted' AND outbound_message.gateway_status = ''"
        for status in sorted(REPORTED)
    ),
)
_ATTEMPTS = """
UPDATE outbound_attempt SET
    outcome = CASE outbound_attempt.outcome WHEN 'accepted' THEN 'accepted' ELSE v.outcome END,
    reason = v.reason, http_status = v.http_status, answer = v.answer,
    closed_at = v.closed_at, latency_ms = v.latency_ms
FROM {rows} AS v
JOIN outbound_message AS held ON held.id = v.message_id
  AND held.ticket = v.ticket AND held.attempt_count = v.attempt_number
WHERE outbound_attempt.message_id = v.message_id
  AND outbound_attempt.number = v.attempt_number
  AND (outbound_attempt.outcome = 'open'
       OR (outbound_attempt.outcome = 'ambiguous' AND v.outcome = 'accepted')
       OR (outbound_attempt.outcome = 'accepted' AND outbound_attempt.http_status IS NULL))
"""


def record(
    batch: Sequence[Delivered], now: datetime, rng: random.Random, unhealthy: Set[int] = frozenset()
) -> set[int]:
    """Write the results of finished requests; return the ids of the integrations held now.

    Call it inside a transaction. A result of a message that its sender no longer holds changes nothing, but
    for an acceptance of an unconfirmed one. `unhealthy` as in circuit_breaker.update.
    """
    if not batch:
        return set()
    outcomes = [decide(one, now, rng) for one in batch]
    closed_at = stored(now)
    pairs = zip(batch, outcomes, strict=True)
    rows = json.dumps([_row(one, outcome, now, closed_at) for one, outcome in pairs])
    current = list(batch) if _write(rows) == len(batch) else _current(batch, now)
    # Every transaction locks integrations before throttles, so that senders cannot deadlock.
    return _stop_integrations(current, now) | circuit_breaker.update(_summaries(current), unhealthy, now)


def _write(rows: str) -> int:
    """Write a batch, a JSON text; return how many attempts it closed."""
    messages = _MESSAGES.format(rows=rows_of(_COLUMNS), moves=_MOVES)
    attempts = _ATTEMPTS.format(rows=rows_of(_COLUMNS))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one statement for both
            cursor.execute(f"WITH moved AS ({messages}) {attempts}", [rows, rows])
        else:
            cursor.execute(messages, [rows])
            cursor.execute(attempts, [rows])
        return cursor.rowcount


def _current(batch: Sequence[Delivered], now: datetime) -> list[Delivered]:
    """Return the results that closed their attempt; the others came too late."""
    ids = [one.claimed.outgoing.external_id for one in batch]
    closed = set(
        Attempt.objects.filter(external_id__in=ids, closed_at=now).values_list("external_id", flat=True)
    )
    return [one for one in batch if one.claimed.outgoing.external_id in closed]


def _summaries(batch: Sequence[Delivered]) -> dict[int, circuit_breaker.ResponseSummary]:
    summaries: dict[int, circuit_breaker.ResponseSummary] = defaultdict(circuit_breaker.ResponseSummary)
    for one in batch:
        summary, result = summaries[one.claimed.integration_id], one.result
        if isinstance(result, NotSent) and one.claimed.counted_on:
            summary.unsent[one.claimed.counted_on] += 1
        if isinstance(result, Accepted | Refused):
            summary.good()
        elif isinstance(result, Throttled):
            summary.wait = max(summary.wait, result.wait)
            summary.probe_came_back |= one.claimed.is_probe
        elif isinstance(result, Ambiguous) or (isinstance(result, NotSent) and result.counts):
            summary.bad += 1
            summary.probe_failed |= one.claimed.is_probe
        else:
            summary.probe_came_back |= one.claimed.is_probe
    return summaries


def _row(one: Delivered, outcome: Outcome, now: datetime, closed_at: str) -> dict[str, Any]:
    return {
        "message_id": one.claimed.message_id,
        "ticket": one.claimed.ticket,
        "attempt_number": one.claimed.attempt_number,
        "outcome": outcome.outcome.value,
        "status": outcome.status.value,
        "reason": outcome.reason.value if outcome.reason else "",
        "failed_tries": outcome.failed_tries,
        "due_at": closed_at if outcome.due_at is now else stored(outcome.due_at),
        "closed_at": closed_at,
        "latency_ms": one.latency_ms,
        "http_status": outcome.http_status,
        "answer": _storable(outcome.answer),
        "gateway_status": _storable(outcome.gateway_status),
        "gateway_message_id": _storable(outcome.gateway_message_id),
        "gateway_contact_id": _storable(outcome.gateway_contact_id),
    }


def _storable(text: str) -> str:
    """Return `text` without characters that PostgreSQL refuses: one response must not lose the batch."""
    if text.isascii() and "\x00" not in text:
        return text  # nearly always
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _stop_integrations(batch: Sequence[Delivered], now: datetime) -> set[int]:
    stops = {
        one.claimed.integration_id: (one.result.stops, one.claimed.claimed_at or now)
        for one in batch
        if isinstance(one.result, GatewayError) and one.result.stops
    }
    for integration_id, (reason, since) in sorted(stops.items()):
        stop_integration(integration_id, reason, now, since=since)
    return set(stops)
