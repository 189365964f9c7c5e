"""Builds the exact request body (FACTS.md, "Request")."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
NOBODY = ""
_TO_NOBODY = '{"destination":""'
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True)
class Options:
    """What may accompany either kind of message; what is empty is left out of the body."""

    context: Json = field(default_factory=dict)
    restart_contact: bool = False
    inactivity_minutes: int | None = None


def template_body(destination: str, template_id: str, fields: dict[str, str], options: Options) -> Json:
    """Return the body of a template message, without its external id."""
    body: Json = {"destination": destination, "templateId": template_id}
    if fields:
        body["fields"] = fields
    return body | _optional(options)


def notification_body(destination: str, content: Json, options: Options) -> Json:
    """Return the body of a rich notification, without its external id.

    One content each: Zenvia reports statuses by content, and one row of history is one status.
    """
    return {"destination": destination, "contents": [content]} | _optional(options)


def unaddressed(body: Json) -> str:
    """Return the text of a body that was made for NOBODY, for `addressed` to send to one after another."""
    return _encode(body).removeprefix(_TO_NOBODY)


def addressed(unaddressed: str, destination: str) -> str:
    """Return the text of a body for one destination, without its external id."""
    return f'{{"destination":{_encode(destination)}{unaddressed}'


def with_id(addressed: str, external_id: str) -> str:
    """Return the text of a body with its external id: what is posted."""
    return f'{addressed[:-1]},"externalId":{_encode(external_id)}}}'


def encoded(body: Json, external_id: str) -> str:
    """Return `body` with its external id, as the text that is posted."""
    return with_id(_encode(body), external_id)


def with_external_id(payload: str, external_id: str) -> str:
    """Return a frozen payload for a further attempt, which has an id of its own."""
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
