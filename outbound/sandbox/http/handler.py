"""Serves one connection: reads a request, checks it, writes the ledger and responds."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Protocol

from outbound.sandbox.contract import contract
from outbound.sandbox.http import control, page
from outbound.sandbox.http.ledger import Ledger, Request
from outbound.sandbox.playback import answers
from outbound.sandbox.playback.callbacks import Callbacks
from outbound.sandbox.playback.delivery import ClientConnection, Timing, deliver
from outbound.sandbox.playback.events import AcceptedMessage
from outbound.sandbox.playback.scenarios import Scenario, scenario_for

# A client reads its 413 only after it has written the body, so that much is read and discarded.
MAX_DISCARDED_BYTES = 8 * 1024 * 1024
CLOSING = (answers.JSON_TYPE, ("Connection", "close"))


class Server(Protocol):
    """What a handler needs of its server."""

    ledger: Ledger
    callbacks: Callbacks
    control: control.Control
    timing: Timing
    stopping: Event


class Handler(BaseHTTPRequestHandler):
    """Serves the requests of one kept-alive connection, one after another."""

    server: Server  # type: ignore[assignment]  # SandboxServer has all of it
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Serve the two pages; any other GET is handled as a request to the gateway."""
        shown = page.response_to(self.path, self.server.ledger, self.server.callbacks)
        raw = self._read_body()
        if raw is not None and shown is not None:
            self.wfile.write(shown)
        elif raw is not None:
            self._exchange(raw)

    def do_POST(self) -> None:
        """Handle one request to the gateway, or an order to the sandbox itself."""
        raw = self._read_body()
        if raw is not None and self.command == "POST" and self.path == control.PATH:
            self._apply_order(raw)
        elif raw is not None:
            self._exchange(raw)

    do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_PUT = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the ledger has every request."""

    def _exchange(self, raw: bytes) -> None:
        headers = dict(self.headers.items())
        orders = self.server.control
        verdict = contract.check(self.command, self.path, headers, raw, token=orders.token)
        seen = self.server.ledger.seen(verdict.destination)
        scenario = scenario_for(verdict, ordered=orders.next_scenario(), seen=seen)
        receipt = self.server.ledger.append(self._request(raw, verdict, scenario))
        answer = scenario.answer(receipt)
        if self.command == "HEAD":
            answer = answers.without_body(answer)
        if orders.latency_ms:
            self.server.stopping.wait(orders.latency_ms / 1000)
        client = ClientConnection(self.connection, self.server.timing, self.server.stopping)
        taken = (
            AcceptedMessage(verdict.destination, receipt) if scenario.taken and verdict.destination else None
        )
        with self.server.callbacks.during_response(taken):
            if not deliver(scenario.delivery, answer, client):
                self.close_connection = True

    def _apply_order(self, raw: bytes) -> None:
        try:
            self.server.control.apply(raw)
        except ValueError as error:
            self.wfile.write(answers.http(400, answers.error("VALIDATION_ERROR", str(error))))
        else:
            self.wfile.write(answers.http(200, b"{}"))

    def _request(self, raw: bytes, verdict: contract.Verdict, scenario: Scenario) -> Request:
        return Request(
            method=self.command,
            path=self.path,
            authorization=self.headers.get("Authorization", ""),
            raw=raw,
            body=verdict.body,
            destination=verdict.destination,
            external_id=verdict.external_id,
            scenario=scenario.name,
            taken=scenario.taken,
            status=scenario.status,
        )

    def _read_body(self) -> bytes | None:
        """Return the body, or None after rejecting or losing a client whose body cannot be read."""
        told = self.headers.get("Content-Length", "0").strip()
        if "Transfer-Encoding" in self.headers:
            self._reject(411, "LENGTH_REQUIRED", "Content-Length is required")
        elif not (told.isascii() and told.isdigit() and len(told) <= 18):
            self._reject(400, "VALIDATION_ERROR", "Content-Length must be a number")
        elif int(told) > contract.MAX_BODY_BYTES:
            self._discard(min(int(told), MAX_DISCARDED_BYTES))
            self._reject(413, "PAYLOAD_TOO_LARGE", f"The body may have {contract.MAX_BODY_BYTES} bytes")
        else:
            return self._read(int(told))
        return None

    def _read(self, length: int) -> bytes | None:
        raw = self.rfile.read(length) if length else b""
        if len(raw) == length:
            return raw
        self.close_connection = True
        return None

    def _discard(self, length: int) -> None:
        while length > 0 and (chunk := self.rfile.read(min(length, 65536))):
            length -= len(chunk)

    def _reject(self, status: int, code: str, message: str) -> None:
        self.close_connection = True
        self.wfile.write(answers.http(status, answers.error(code, message), CLOSING))
