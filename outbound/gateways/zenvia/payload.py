"""Builds the exact request body (FACTS.md, "Request")."""

from __future__ import annotations

import json

from outbound.gateways.base import Json, Options

NO_DESTINATION = ""
_EMPTY_DESTINATION = '{"destination":""'
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def template_body(destination: str, template_id: str, fields: dict[str, str], options: Options) -> Json:
    """Return the body of a template message, without its external id."""
    body: Json = {"destination": destination, "templateId": template_id}
    if fields:
        body["fields"] = fields
    return body | _optional(options)


def notification_body(destination: str, content: Json, options: Options) -> Json:
    """Return the body of a rich notification, without its external id.

    It has one content, since Zenvia reports a status for each (FACTS.md, "Request").
    """
    return {"destination": destination, "contents": [content]} | _optional(options)


def remove_destination(body: Json) -> str:
    """Return the text of a body for NO_DESTINATION, ready for `add_destination`."""
    return _encode(body).removeprefix(_EMPTY_DESTINATION)


def add_destination(body: str, destination: str) -> str:
    """Return the text of a body with its destination, still without external id."""
    return f'{{"destination":{_encode(destination)}{body}'


def add_external_id(body: str, external_id: str) -> str:
    """Return the text of a body with its external id: what is posted."""
    return f'{body[:-1]},"externalId":{_encode(external_id)}}}'


def encoded(body: Json, external_id: str) -> str:
    """Return the text of a whole body with its external id."""
    return add_external_id(_encode(body), external_id)


def replace_external_id(payload: str, external_id: str) -> str:
    """Return a complete body for a further attempt, which has an id of its own."""
    return _encode(json.loads(payload) | {"externalId": external_id})


def _optional(options: Options) -> Json:
    optional: Json = {}
    if options.context:
        optional["context"] = options.context
    if options.restart_contact:
        optional["restartContact"] = True
    if options.inactivity_minutes is not None:
        optional["inactivityTime"] = options.inactivity_minutes
    return optional
