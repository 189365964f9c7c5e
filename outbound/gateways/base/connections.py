"""HTTP connections that mark the moment at which the first byte of a call leaves.

They use `requests` and `urllib3` without cookies, redirects, retries, proxies and .netrc; they load the
certificate authorities once, and close sockets that were idle for long.
"""

from __future__ import annotations

import socket
import threading
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import LocationParseError, NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.ssl_ import create_urllib3_context

from outbound import failpoints
from outbound.gateways.base.clock import boot_clock
from outbound.gateways.base.deadline import Call, current_call

# A gateway may close an idle connection; a request sent at that moment would be left unconfirmed.
MAX_IDLE_SECONDS = 5
MAX_HOSTS = 64
# How many integrations may share a host, each with connections of its own.
MAX_SHARING = 32


class MarkedConnection(HTTPConnection):
    """A connection that marks its call as left right before the first byte."""

    _call: Call | None = None
    _idle_since = 0.0

    def send(self, data: Any) -> None:
        """Write the head of a request or its body, which urllib3 passes one after the other."""
        call = current_call()
        if call.has_left:
            self._send_body(data)
            return
        if self.sock is None:
            self.connect()
        self._call = call
        call.leave(self.sock)
        super().send(data)

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)
        failpoints.reach(failpoints.BODY_SENT)

    @property
    def is_connected(self) -> bool:
        return boot_clock() - self._idle_since <= MAX_IDLE_SECONDS and super().is_connected

    def put_aside(self) -> None:
        """Become ready for another call; a socket that was cut is closed."""
        self._idle_since = boot_clock()
        call, self._call = self._call, None
        if call and call.let_go():
            self.close()

    def _send_body(self, data: bytes) -> None:
        if settings.FAILPOINT.startswith(failpoints.MID_BODY):
            half = len(data) // 2
            super().send(data[:half])
            failpoints.reach(failpoints.MID_BODY)
            data = data[half:]
        super().send(data)

    def _new_conn(self) -> socket.socket:
        """Connect within the deadline of the call; urllib3 applies the timeout to each address of a host."""
        failure: OSError | None = None
        try:
            for *_kind, address in _look_up(self.host, self.port, self.timeout):
                host_and_port = str(address[0]), int(address[1])
                seconds = current_call().seconds_left(self.timeout or 0)
                try:
                    return create_connection(host_and_port, seconds, socket_options=self.socket_options)
                except OSError as error:
                    failure = error
        except UnicodeError:
            raise LocationParseError(self.host) from None
        except OSError as error:
            failure = error
        raise NewConnectionError(self, type(failure).__name__) from failure


def _look_up(host: str, port: int, timeout: Any) -> list[Any]:
    """Return the addresses of a host within the deadline. Raises OSError, and UnicodeError for a bad host.

    The system's resolver takes no timeout and cannot be interrupted, so it runs in a thread that is abandoned
    when it is slow.
    """
    found: SimpleQueue[Any] = SimpleQueue()

    def resolve() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=resolve, daemon=True).start()
    try:
        answer = found.get(timeout=current_call().seconds_left(timeout or 0))
    except Empty:
        raise TimeoutError("the name was not looked up in time") from None
    if isinstance(answer, Exception):
        raise answer
    return list(answer)


class MarkedTLSConnection(MarkedConnection, HTTPSConnection):
    """The same over TLS: the handshake comes before the first byte of the request and is not marked."""


class MarkedPool(HTTPConnectionPool):
    ConnectionCls = MarkedConnection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.put_aside()
        super()._put_conn(conn)


class MarkedTLSPool(MarkedPool, HTTPSConnectionPool):
    ConnectionCls = MarkedTLSConnection


class DirectAdapter(HTTPAdapter):
    """Sends one prepared request and returns the raw response. Use it without a session."""

    def __init__(self, slots: int) -> None:
        """Keep `slots` connections for each integration."""
        self.trust = create_urllib3_context()
        self.trust.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        super().__init__(pool_connections=MAX_HOSTS, pool_maxsize=slots * MAX_SHARING, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self.trust)
        self.poolmanager.pool_classes_by_scheme = {"http": MarkedPool, "https": MarkedTLSPool}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Add nothing: `trust` holds the authorities and checks every certificate and its name."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Return the response as received, without cookies or a guess at its encoding."""
        response = Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        return response
