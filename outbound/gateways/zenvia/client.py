"""One POST over a pooled session. No retry, no redirect, no proxy: one call is one attempt."""

from __future__ import annotations

import io

import requests
from django.utils.translation import gettext_noop as _
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, LocationValueError, MaxRetryError

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Outgoing
from outbound.gateways.zenvia import answers

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
MAX_BODY_BYTES = 64 * 1024

BAD_CERTIFICATE = _("The gateway's certificate is not valid. Sending waits until it is; then resume.")


class _Body(io.BytesIO):
    """A request's body that knows whether any of it was handed to the connection."""

    has_left = False

    def read(self, size: int | None = -1) -> bytes:
        self.has_left = True
        return super().read(size)


class ZenviaClient:
    """A session with room for `slots` connections; safe to use from that many threads."""

    def __init__(self, slots: int) -> None:
        self._session = requests.Session()
        self._session.trust_env = False  # neither proxies nor .netrc: the token goes to the gateway alone
        adapter = HTTPAdapter(pool_connections=slots, pool_maxsize=slots, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def post(self, outgoing: Outgoing) -> Accepted:
        """Send one message. Raises the GatewayError that says what may be done next."""
        payload = _Body(outgoing.payload.encode())
        try:
            with self._session.post(
                outgoing.address,
                data=payload,
                headers={"Authorization": outgoing.token, "Content-Type": "application/json"},
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _capped_body(response)
        except (requests.RequestException, HTTPError) as error:
            raise _unanswered(error, payload) from None  # its text may carry the address
        return answers.read(
            response.status_code, response.headers.get("Retry-After"), body, outgoing.external_id
        )

    def close(self) -> None:
        self._session.close()


def _capped_body(response: requests.Response) -> bytes | None:
    body = b""
    for chunk in response.iter_content(8192):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


def _unanswered(error: requests.RequestException | HTTPError, payload: _Body) -> GatewayError:
    """Ambiguous from the body's first byte on; before it, nobody can have taken the message.

    The class of the error does not tell: the same one may come from a handshake and from a read.
    """
    if payload.has_left:
        return Ambiguous(answer=type(error).__name__)
    if isinstance(error, requests.exceptions.SSLError):
        return NotSent(answer="TLS", stops=BAD_CERTIFICATE if "CERTIFICATE_VERIFY" in str(error) else "")
    if isinstance(error, requests.exceptions.InvalidURL | LocationValueError):
        return NotSent(answer="address", stops=answers.BAD_ADDRESS)
    cause = error.args[0] if error.args else None
    return NotSent(answer=type(cause.reason if isinstance(cause, MaxRetryError) else error).__name__)
