"""One POST over a pooled session. No retry, no redirect, no proxy: one call is one attempt."""

from __future__ import annotations

import requests
from django.utils.translation import gettext_noop as _
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Outgoing
from outbound.gateways.zenvia import answers

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
MAX_BODY_BYTES = 64 * 1024

BAD_CERTIFICATE = _("The gateway's certificate is not valid. Sending waits until it is; then resume.")


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
        try:
            with self._session.post(
                outgoing.address,
                data=outgoing.payload.encode(),
                headers={"Authorization": outgoing.token, "Content-Type": "application/json"},
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _capped_body(response)
        except (requests.RequestException, HTTPError) as error:
            raise _unanswered(error) from None  # the cause's text may carry the address, never needed
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


def _unanswered(error: requests.RequestException | HTTPError) -> GatewayError:
    """Not sent only where no connection was made; in every other case bytes may have left."""
    if isinstance(error, requests.exceptions.SSLError):
        return NotSent(answer="TLS", stops=BAD_CERTIFICATE)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotSent(answer="connect timeout")
    if isinstance(error, requests.exceptions.InvalidURL | LocationValueError):
        return NotSent(answer="address", stops=answers.BAD_ADDRESS)
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError) and isinstance(
        cause.reason, NewConnectionError | NameResolutionError | ConnectTimeoutError
    ):
        return NotSent(answer=type(cause.reason).__name__)
    return Ambiguous(answer=type(error).__name__)
