"""What every gateway shares: requests, results, parsed events, and the protocol a provider implements."""

from __future__ import annotations

from outbound.gateways.base.clock import boot_clock
from outbound.gateways.base.events import Inbound, ParsedEvent, StatusUpdate, Unreadable, Unrelated
from outbound.gateways.base.failures import Cause, Effect
from outbound.gateways.base.protocol import Client, Gateway, Json, Options
from outbound.gateways.base.results import (
    LONGEST_ASKED_WAIT,
    MAX_ANSWER_LENGTH,
    SHORTEST_ASKED_WAIT,
    USUAL_ASKED_WAIT,
    Accepted,
    Ambiguous,
    GatewayError,
    NotSent,
    Outgoing,
    Refused,
    Throttled,
)

__all__ = [
    "LONGEST_ASKED_WAIT",
    "MAX_ANSWER_LENGTH",
    "SHORTEST_ASKED_WAIT",
    "USUAL_ASKED_WAIT",
    "Accepted",
    "Ambiguous",
    "Cause",
    "Client",
    "Effect",
    "Gateway",
    "GatewayError",
    "Inbound",
    "Json",
    "NotSent",
    "Options",
    "Outgoing",
    "ParsedEvent",
    "Refused",
    "StatusUpdate",
    "Throttled",
    "Unreadable",
    "Unrelated",
    "boot_clock",
]
