"""The connections that calls go over: they know which byte is the first, and keep nothing but sockets.

`requests` over `urllib3`, with what either would do behind our back left out: cookies, redirects, retries,
proxies, .netrc, authorities read from disk for each connection, and sockets that were idle for long.
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
from outbound.gateways.base import boot_clock
from outbound.gateways.deadline import Call, under_way

# A gateway may close what is idle, and a request that meets the closing is in doubt for nothing.
MAX_IDLE_SECONDS = 5
MAX_HOSTS = 64
# Several integrations may share a host, each with connections of its own.
MAX_SHARING = 32


class MarkedConnection(HTTPConnection):
    """A connection that marks the call it carries, right before the first byte."""

    _call: Call | None = None
    _idle_since = 0.0

    def send(self, data: Any) -> None:
        """Write the head of a request, and then its body: urllib3 hands over one after the other."""
        call = under_way()
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
        """Be ready for another call, over a new socket if this one was cut."""
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
        """Connect within the call's time; urllib3 would grant the timeout to each address of a host."""
        failure: OSError | None = None
        try:
            for *_kind, address in _looked_up(self.host, self.port, self.timeout):
                host_and_port = str(address[0]), int(address[1])
                seconds = under_way().seconds_left(self.timeout or 0)
                try:
                    return create_connection(host_and_port, seconds, socket_options=self.socket_options)
                except OSError as error:
                    failure = error
        except UnicodeError:
            raise LocationParseError(self.host) from None
        except OSError as error:
            failure = error
        raise NewConnectionError(self, type(failure).__name__) from failure


def _looked_up(host: str, port: int, timeout: Any) -> list[Any]:
    """Return a host's addresses within the call's time. Raises OSError, or UnicodeError for no host at all.

    The system's resolver takes no timeout and cannot be interrupted, so it is left behind when it is slow.
    """
    found: SimpleQueue[Any] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = found.get(timeout=under_way().seconds_left(timeout or 0))
    except Empty:
        raise TimeoutError("the name was not looked up in time") from None
    if isinstance(answer, Exception):
        raise answer
    return list(answer)


class MarkedTLSConnection(MarkedConnection, HTTPSConnection):
    """The same over TLS: a handshake is done before anything is sent, so nothing of it is marked."""


class MarkedPool(HTTPConnectionPool):
    ConnectionCls = MarkedConnection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.put_aside()
        super()._put_conn(conn)


class MarkedTLSPool(MarkedPool, HTTPSConnectionPool):
    ConnectionCls = MarkedTLSConnection


class DirectAdapter(HTTPAdapter):
    """Takes one prepared request to its host and returns the raw answer. Use it without a session."""

    def __init__(self, slots: int) -> None:
        """`slots` is how many connections to one integration are kept."""
        self.trust = create_urllib3_context()
        self.trust.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        super().__init__(pool_connections=MAX_HOSTS, pool_maxsize=slots * MAX_SHARING, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self.trust)
        self.poolmanager.pool_classes_by_scheme = {"http": MarkedPool, "https": MarkedTLSPool}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to add: `trust` holds the authorities, and checks every certificate and its name."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Return the answer as it is on the wire, without cookies or a guess at its encoding."""
        response = Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        return response
