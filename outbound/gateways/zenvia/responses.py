"""Turns an HTTP response into what it means for the message (FACTS.md, "Responses")."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from outbound.gateways.base import (
    LONGEST_ASKED_WAIT,
    MAX_ANSWER_LENGTH,
    SHORTEST_ASKED_WAIT,
    USUAL_ASKED_WAIT,
    Accepted,
    Ambiguous,
    GatewayError,
    NotSent,
    Refused,
    Throttled,
)

# Only "pending" is documented; Zenvia's other APIs use the others.
KNOWN_STATUSES = frozenset({"pending", "queued", "accepted", "sent"})
# Responses that an integration's setting may turn from Ambiguous into NotSent.
SERVER_ERRORS = frozenset({500, 502, 503, 504})
MOST_TRIES_TOO_EARLY = 3

BAD_TOKEN = _("The gateway does not accept the token. Replace it, then resume.")
BAD_ADDRESS = _("The gateway knows no such endpoint. Check slug, integration id and address, then resume.")
UNPAID = _("The gateway asks for a payment. Settle it with Zenvia, then resume.")
REDIRECTED = _("Check the address, then resume: the gateway pointed to another one.")
FOREIGN_ANSWER = _("Ask Zenvia before you resume: its answer named another message.")


def read(
    http_status: int,
    retry_after: str | None,
    body: bytes | None,
    external_id: str,
    *,
    now: datetime,
    server_errors_mean_not_sent: bool = False,
) -> Accepted:
    """Return what an accepting response says.

    `body` is None when it was too long to read. Raises the GatewayError that any other response means.
    """
    text = (body or b"")[:MAX_ANSWER_LENGTH].decode("utf-8", "replace").replace("\x00", "")
    if 200 <= http_status < 300:
        return _accepted(http_status, body, text, external_id)
    if http_status == 429 or (http_status == 503 and retry_after is not None):
        raise Throttled(http_status=http_status, answer=text, wait=_wait(retry_after, now))
    if server_errors_mean_not_sent and http_status in SERVER_ERRORS:
        raise NotSent(http_status=http_status, answer=text)
    raise _error(http_status, text)


def _accepted(http_status: int, body: bytes | None, text: str, external_id: str) -> Accepted:
    answer = _json_object(body)
    status = answer.get("status") if answer else None
    if answer is None or not isinstance(status, str) or status not in KNOWN_STATUSES:
        raise Ambiguous(http_status=http_status, answer=text)
    if answer.get("external_id") not in (None, external_id):
        raise Ambiguous(http_status=http_status, answer=text, stops=FOREIGN_ANSWER)
    return Accepted(
        status=status,
        message_id=_identifier(answer.get("message_id")),
        contact_id=_identifier(answer.get("contact_id")),
        http_status=http_status,
        answer=text,
    )


def _error(http_status: int, text: str) -> GatewayError:
    facts: dict[str, Any] = {"http_status": http_status, "answer": text}
    if http_status in (401, 403):
        return NotSent(**facts, stops=BAD_TOKEN)
    if http_status == 402:
        return NotSent(**facts, stops=UNPAID)
    if http_status in (404, 405, 410):
        return NotSent(**facts, stops=BAD_ADDRESS)
    if http_status in (307, 308):
        return NotSent(**facts, stops=REDIRECTED)
    if 300 <= http_status < 400:
        return Ambiguous(**facts, stops=REDIRECTED)
    if http_status in (408, 425):
        return NotSent(**facts, most_tries=MOST_TRIES_TOO_EARLY)
    if http_status == 409:  # may mean that an earlier call was accepted
        return Ambiguous(**facts)
    if 400 <= http_status < 500:
        return Refused(**facts)
    return Ambiguous(**facts)  # a 5xx may come after the message was passed on


def _json_object(body: bytes | None) -> dict[str, Any] | None:
    try:
        answer = json.loads(body or b"", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _identifier(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value)[:64]
    return text if text.isprintable() else ""  # a NUL or a lone surrogate fits no database


def _wait(retry_after: str | None, now: datetime) -> timedelta:
    """Return the wait that Retry-After asks for, in seconds or as a date, within SHORTEST and LONGEST."""
    asked = _asked_wait((retry_after or "").strip(), now)
    if asked is None or asked < timedelta(0):
        return USUAL_ASKED_WAIT
    return min(LONGEST_ASKED_WAIT, max(SHORTEST_ASKED_WAIT, asked))


def _asked_wait(text: str, now: datetime) -> timedelta | None:
    if re.fullmatch(r"[0-9]+", text):  # not isdigit(), which a superscript is
        digits = text.lstrip("0")
        return timedelta(seconds=int(digits or "0")) if len(digits) < 7 else LONGEST_ASKED_WAIT
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return None
