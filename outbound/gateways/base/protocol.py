"""What a provider's module must offer to be the console's gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from outbound.gateways.base.events import ParsedEvent
from outbound.gateways.base.failures import Cause
from outbound.gateways.base.results import Accepted, Outgoing
from outbound.lifecycle import MessageStatus

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Attributes that may accompany a message of either kind; an empty one is left out of the body."""

    context: Json = field(default_factory=dict)
    restart_contact: bool = False
    inactivity_minutes: int | None = None


class Client(Protocol):
    """Posts messages over kept connections; safe to use from many threads."""

    def post(self, outgoing: Outgoing) -> Accepted:
        """Send one message. Raises the GatewayError that says what may be done next."""

    def close(self) -> None:
        """Close the connections; calls under way must have ended."""


class Gateway(Protocol):
    """Everything that only a provider knows: its requests, its responses and its events.

    A body is JSON text that is completed in steps: the builders leave out the destination and the external
    id, so that what is the same for many recipients is encoded once.
    """

    CALL_TIMEOUT_SECONDS: int  # no call of the client takes longer
    MAX_EVENTS: int  # in one webhook request
    STATUS_WORDS: Mapping[str, MessageStatus | None]  # the status each word means; None changes nothing

    def open_client(self, connections: int) -> Client:
        """Return a client that keeps so many connections for each integration."""

    def template_body(self, template_id: str, fields: dict[str, str], options: Options) -> str:
        """Return the body of a template message, without destination and external id."""

    def notification_body(self, content: Json, options: Options) -> str:
        """Return the body of a rich notification, without destination and external id."""

    def add_destination(self, body: str, destination: str) -> str:
        """Return a body with its destination, still without external id."""

    def add_external_id(self, body: str, external_id: str) -> str:
        """Return a body with its external id: what is posted."""

    def replace_external_id(self, payload: str, external_id: str) -> str:
        """Return a complete body for a further attempt, which has an id of its own."""

    def cause_of(self, code: str) -> Cause:
        """Return what an error code means; an unknown code has a cause too."""

    def split_events(self, body: bytes) -> list[Any]:
        """Return the events in the body of a webhook request, at least one. Raises Unreadable."""

    def parse_event(self, item: Any) -> ParsedEvent:
        """Return what one event says. Raises Unreadable."""
