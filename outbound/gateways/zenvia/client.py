"""Posts one message to Zenvia NLU: no retry, no redirect and no proxy, so one call is one attempt."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from requests import PreparedRequest, RequestException
from requests.exceptions import InvalidURL, MissingSchema, SSLError
from urllib3.exceptions import HTTPError, LocationValueError, MaxRetryError

from outbound import failpoints
from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Outgoing
from outbound.gateways.base.connections import DirectAdapter
from outbound.gateways.base.deadline import TIMED_OUT, Call, Watchdog
from outbound.gateways.zenvia import responses

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
CALL_TIMEOUT_SECONDS = 30
MAX_BODY_BYTES = 64 * 1024
USER_AGENT = "whatsapp-console"

BAD_CERTIFICATE = _("The gateway's certificate is not valid. Sending waits until it is; then resume.")


class ZenviaClient:
    """Keeps `slots` connections for each integration; safe to use from many threads."""

    def __init__(self, slots: int, total_seconds: float = CALL_TIMEOUT_SECONDS) -> None:
        self._adapter = DirectAdapter(slots)
        self._watchdog = Watchdog(total_seconds)

    def post(self, outgoing: Outgoing) -> Accepted:
        """Send one message. Raises the GatewayError that says what may be done next."""
        with self._watchdog.call(outgoing.send_before) as call:
            http_status, retry_after, body = self._exchange(outgoing, call)
        failpoints.reach(failpoints.ANSWER_READ)
        return responses.read(
            http_status,
            retry_after,
            body,
            outgoing.external_id,
            now=timezone.now(),
            server_errors_mean_not_sent=outgoing.server_errors_mean_not_sent,
        )

    def close(self) -> None:
        self._watchdog.close()
        self._adapter.close()

    def _exchange(self, outgoing: Outgoing, call: Call) -> tuple[int, str | None, bytes | None]:
        """Return status, Retry-After and body; the body is None when it is longer than MAX_BODY_BYTES."""
        failure: GatewayError | None = None
        try:
            with self._adapter.send(
                _prepared(outgoing), stream=True, timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)
            ) as response:
                body = _read(response.raw)
        except (RequestException, HTTPError, ValueError) as error:
            failure = _failure_of(error, call)
        if call.was_cut:
            failure = Ambiguous(answer=TIMED_OUT)
        if failure:
            raise failure  # outside the except block: the original error holds the address and the token
        return response.status_code, response.headers.get("Retry-After"), body


def _prepared(outgoing: Outgoing) -> PreparedRequest:
    request: Any = PreparedRequest()
    request.method, request.url, request.body = "POST", _url(outgoing.address), outgoing.payload.encode()
    request.headers = {
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
        "Content-Length": str(len(request.body)),
        "Authorization": outgoing.token,
    }
    prepared: PreparedRequest = request
    return prepared


@lru_cache(maxsize=256)
def _url(address: str) -> str:
    """Return an address in the form that is requested. Raises InvalidURL of requests, a ValueError."""
    prepared = PreparedRequest()
    prepared.prepare_url(address, None)
    return prepared.url or ""


def _read(answer: Any) -> bytes | None:
    """Return the body, undecoded, or None when it is too long.

    It is read to its end, since only there a response that broke off can be recognised.
    """
    body = b""
    while chunk := answer.read(MAX_BODY_BYTES, decode_content=False):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


def _failure_of(error: Exception, call: Call) -> GatewayError:
    """Return Ambiguous once the first byte has left, and NotSent before.

    The class of the error does not tell: the same one may come from a handshake and from a read.
    """
    if call.has_left:
        return Ambiguous(answer=type(error).__name__)
    if isinstance(error, SSLError):
        return NotSent(answer="TLS", stops=BAD_CERTIFICATE if "CERTIFICATE_VERIFY" in str(error) else "")
    if isinstance(error, InvalidURL | MissingSchema | LocationValueError):
        return NotSent(answer="address", stops=responses.BAD_ADDRESS)
    if isinstance(error, ValueError):  # of http.client, about the one header whose value is not ours
        return NotSent(answer="token", stops=responses.BAD_TOKEN)
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else error
    return NotSent(answer=type(getattr(reason, "__cause__", None) or reason).__name__)
