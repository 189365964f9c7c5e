"""The sandbox gateway's server: on 127.0.0.1 only, one thread for each connection."""

from __future__ import annotations

import signal
import socket
import socketserver
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from outbound.sandbox.http.control import Control
from outbound.sandbox.http.handler import Handler
from outbound.sandbox.http.ledger import Ledger
from outbound.sandbox.playback.callback_log import CallbackLog
from outbound.sandbox.playback.callback_target import CallbackTarget
from outbound.sandbox.playback.callbacks import Callbacks
from outbound.sandbox.playback.delivery import Timing, reset

HOST = "127.0.0.1"
STOP_POLL_SECONDS = 0.05
POSTED_NAME = "callbacks.jsonl"
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class SandboxServer(ThreadingHTTPServer):
    """A running sandbox gateway; `stop` ends it and all its connections."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(
        self,
        port: int,
        ledger: Ledger,
        *,
        callbacks: Callbacks,
        latency_ms: int = 0,
        token: str | None = None,
        timing: Timing,
    ) -> None:
        """Bind the port, 0 for any free one. Raises OSError."""
        super().__init__((HOST, port), Handler)
        self.ledger = ledger
        self.callbacks = callbacks
        self.control = Control(callbacks, latency_ms=latency_ms, token=token)
        self.timing = timing
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self.serve_forever, args=(STOP_POLL_SECONDS,), daemon=True)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self.server_address[1])

    def stop(self) -> None:
        """Stop at once and close every connection."""
        self.stopping.set()
        if self._accepting.is_alive():
            self.shutdown()
            self._accepting.join()
        self.server_close()
        for connection in list(self._open):
            _shut_down(connection)
        self.callbacks.stop()
        self.ledger.close()

    def begin(self) -> None:
        """Accept connections in a thread of its own."""
        self._accepting.start()

    def server_bind(self) -> None:
        # HTTPServer would look up its own host name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.port

    def verify_request(self, request: Any, client_address: Any) -> bool:
        if not self.control.resets_connection():
            return True
        reset(request)
        return False

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients that leave and requests that `stop` cuts off are expected.
        if not self.stopping.is_set() and not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def start(
    port: int = 0,
    *,
    ledger_path: Path | str,
    latency_ms: int = 0,
    token: str | None = None,
    timing: Timing | None = None,
    callback_path: Path | None = None,
) -> SandboxServer:
    """Return a running gateway, for use inside another process.

    Events go to the address in the file at `callback_path`. Raises OSError when the port or the ledger is not
    available, ValueError when that address is not one of this machine.
    """
    target = CallbackTarget(callback_path)
    ledger = Ledger(ledger_path)
    callbacks = Callbacks(target, CallbackLog(ledger.path.with_name(POSTED_NAME)))
    try:
        server = SandboxServer(
            port,
            ledger,
            callbacks=callbacks,
            latency_ms=latency_ms,
            token=token,
            timing=timing or Timing(),
        )
    except OSError:
        ledger.close()
        raise
    server.begin()
    return server


def serve(
    port: int,
    ledger_path: Path | str,
    latency_ms: int = 0,
    token: str | None = None,
    callback_path: Path | None = None,
) -> None:
    """Run a gateway until SIGTERM or SIGINT. To be called in the main thread.

    Prints the address it listens on. Raises OSError and ValueError as `start` does.
    """
    # A handler that sets an event could deadlock with the wait that it interrupts. The threads started below
    # inherit the mask, so only `sigwait` gets the signal.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        server = start(
            port, ledger_path=ledger_path, latency_ms=latency_ms, token=token, callback_path=callback_path
        )
        sys.stdout.write(f"Sandbox gateway on http://{HOST}:{server.port}/ (ledger: {ledger_path})\n")
        sys.stdout.flush()
        signal.sigwait(STOP_SIGNALS)
        server.stop()
    finally:
        # A caller and its children must not inherit the blocked signals.
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return
