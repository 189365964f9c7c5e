"""`POST /hooks/zenvia/<integration>/<secret>/`: keep what came in, and say so at once.

Never a 4xx to the true sender for content: Zenvia switches a webhook off after 500 failures in a row, and an
event that it gave up on is lost (zenvia-facts 5.1). What an event means is the worker's affair.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from outbound.webhooks import header_secret, secrets
from outbound.webhooks.batch_writer import desk
from outbound.webhooks.client_address import client_address
from outbound.webhooks.storage import Arrival

PATH = re.compile(r"/hooks/zenvia/(?P<integration>[0-9]{1,18})/(?P<secret>[A-Za-z0-9_-]{1,200})/")
MAX_BODY_BYTES = 64 * 1024
RETRY_SECONDS = "30"
# As the server names it: looking it up among `request.headers` would read them all.
HEADER = "HTTP_" + secrets.HEADER.upper().replace("-", "_")

logger = logging.getLogger(__name__)


def receive(request: HttpRequest) -> HttpResponse:
    """Answer 200 with an empty body once the event is on disk; 404, 405, 413 or 503 where it is not kept."""
    found = PATH.fullmatch(request.path_info)
    if found is None:
        return _answer(404)
    if request.method != "POST":
        return _answer(405, Allow="POST")
    try:
        return _answer(_receive(request, int(found["integration"]), found["secret"]))
    except Error as error:
        logger.warning("An event could not be stored: %s", type(error).__name__)
    except Exception:  # Django would log the path, and with it the secret
        logger.exception("An event could not be stored")
    return _answer(503, **{"Retry-After": RETRY_SECONDS})


def _answer(status: int, **headers: str) -> HttpResponse:
    # With its length, so that no server sends nothing in chunks.
    response = HttpResponse(status=status, headers={"Content-Length": "0"} | headers)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's log line would hold the secret
    return response


def _receive(request: HttpRequest, integration_id: int, secret: str) -> int:
    door, address = secrets.door(integration_id), client_address(request)
    header = request.META.get(HEADER, "")
    if not door.opens_to(secret, header):
        return 404
    is_foreign = not door.knows(address)
    if is_foreign and door.is_strict:
        return 404
    body = _body(request)
    if body is None:
        return 413
    desk.keep(Arrival(integration_id, body, timezone.now(), address, is_foreign))
    if door.waits_for(header):
        _note(integration_id, header)
    return 200


def _note(integration_id: int, header: str) -> None:
    """Write down that a new header came in; where that fails, the next event does it."""
    with suppress(Error):
        header_secret.came_in(integration_id, header, timezone.now())


def _body(request: HttpRequest) -> bytes | None:
    """Return the body as it came; None where it is longer than we keep, whatever was said of its length."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if said.isdecimal() and int(said[:18]) > MAX_BODY_BYTES:
        return None
    try:
        body = _stream(request).read(MAX_BODY_BYTES + 1)
    except OSError:
        return b""  # cut off on its way: kept as unreadable, and posted again by its sender
    return body if len(body) <= MAX_BODY_BYTES else None


def _stream(request: HttpRequest) -> Any:
    """Return what to read from: of a body in chunks, which tells no length, Django itself reads nothing."""
    ends_by_itself = request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH")
    return request.META["wsgi.input"] if ends_by_itself else request
