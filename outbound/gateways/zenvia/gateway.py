"""Zenvia NLU outbound as the console's gateway: the names that `Gateway` asks for."""

from __future__ import annotations

from outbound.gateways.base import Client, Json, Options
from outbound.gateways.zenvia import payload
from outbound.gateways.zenvia.client import CALL_TIMEOUT_SECONDS, ZenviaClient
from outbound.gateways.zenvia.error_codes import cause_of
from outbound.gateways.zenvia.payload import add_destination, add_external_id, replace_external_id
from outbound.gateways.zenvia.statuses import MAX_EVENTS, STATUS_WORDS, parse_event, split_events

__all__ = [
    "CALL_TIMEOUT_SECONDS",
    "MAX_EVENTS",
    "STATUS_WORDS",
    "add_destination",
    "add_external_id",
    "cause_of",
    "notification_body",
    "open_client",
    "parse_event",
    "replace_external_id",
    "split_events",
    "template_body",
]


def open_client(connections: int) -> Client:
    """Return a client that keeps so many connections for each integration."""
    return ZenviaClient(connections)


def template_body(template_id: str, fields: dict[str, str], options: Options) -> str:
    """Return the body of a template message, without destination and external id."""
    body = payload.template_body(payload.NO_DESTINATION, template_id, fields, options)
    return payload.remove_destination(body)


def notification_body(content: Json, options: Options) -> str:
    """Return the body of a rich notification, without destination and external id."""
    return payload.remove_destination(payload.notification_body(payload.NO_DESTINATION, content, options))
