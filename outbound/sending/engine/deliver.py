"""Makes the request for one claimed message. Runs in any thread: it does not use the database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from outbound.gateways.base import Accepted, GatewayError, Outgoing
from outbound.sending.engine.claim import ClaimedMessage


class Client(Protocol):
    def post(self, outgoing: Outgoing) -> Accepted: ...


@dataclass(frozen=True)
class Delivered:
    """The result of a request, and how long it took."""

    claimed: ClaimedMessage
    result: Accepted | GatewayError
    latency_ms: int


def deliver(client: Client, claimed: ClaimedMessage) -> Delivered:
    """Make the request. Errors other than GatewayError are raised."""
    started = time.monotonic()
    try:
        result: Accepted | GatewayError = client.post(claimed.outgoing)
    except GatewayError as error:
        result = error
    return Delivered(claimed, result, round((time.monotonic() - started) * 1000))
