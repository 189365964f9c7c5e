"""`POST /hooks/zenvia/<integration>/<secret>/`: stores the event and answers at once.

The gateway switches off a webhook that fails, so no content is refused; the worker finds out what it means
(outbound/gateways/zenvia/FACTS.md, "Webhook: statuses").
"""

from __future__ import annotations

import logging
import re
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from outbound.webhooks.auth import auth_of
from outbound.webhooks.client_address import client_address
from outbound.webhooks.header_secret import HEADER
from outbound.webhooks.storage import Arrival, store

PATH = re.compile(r"/hooks/zenvia/(?P<integration>[0-9]{1,18})/(?P<secret>[A-Za-z0-9_-]{1,200})/")
MAX_BODY_BYTES = 64 * 1024
RETRY_SECONDS = "30"

logger = logging.getLogger(__name__)


def receive(request: HttpRequest) -> HttpResponse:
    """Answer 200 with an empty body once the event is committed; 404, 405, 413 or 503 if it is not stored."""
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
    # Without a length some servers send an empty body in chunks.
    response = HttpResponse(status=status, headers={"Content-Length": "0"} | headers)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's log line would hold the secret
    return response


def _receive(request: HttpRequest, integration_id: int, secret: str) -> int:
    auth, address = auth_of(integration_id), client_address(request)
    is_foreign = not auth.lists(address)
    if not auth.accepts(secret, request.headers.get(HEADER, "")) or (is_foreign and auth.is_strict):
        return 404
    body = _body(request)
    if body is None:
        return 413
    store(Arrival(integration_id, body, timezone.now(), address, is_foreign))
    return 200


def _body(request: HttpRequest) -> bytes | None:
    """Return the body as it came, or None if it is too long. Content-Length may be false."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length[:18]) > MAX_BODY_BYTES:
        return None
    try:
        body = _stream(request).read(MAX_BODY_BYTES + 1)
    except OSError:
        return b""  # cut off on its way: stored as unreadable, and posted again by its sender
    return body if len(body) <= MAX_BODY_BYTES else None


def _stream(request: HttpRequest) -> Any:
    """Return what to read from: Django reads nothing of a chunked body, which has no length."""
    is_chunked = request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH")
    return request.META["wsgi.input"] if is_chunked else request
