"""One request for one claimed message. Knows no database, so it may run in any thread."""

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
    """What came of a request; `result` carries the decision."""

    claimed: ClaimedMessage
    result: Accepted | GatewayError
    latency_ms: int


def deliver(client: Client, claimed: ClaimedMessage) -> Delivered:
    """Make the request. Anything but a GatewayError is left to fail loudly: the attempt stays open,
    and recovery turns it into `unconfirmed` instead of guessing."""
    started = time.monotonic()
    try:
        result: Accepted | GatewayError = client.post(claimed.outgoing)
    except GatewayError as error:
        result = error
    return Delivered(claimed, result, round((time.monotonic() - started) * 1000))
