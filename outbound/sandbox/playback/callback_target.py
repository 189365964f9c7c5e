"""The local webhook that events are posted to; its address is read from a file again when that changes."""

from __future__ import annotations

import json
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Zenvia waits as long (FACTS.md, "Webhook: statuses").
TIMEOUT_SECONDS = 5.0
HEADER = "X-Webhook-Secret"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post. The path carries a secret, and the header is one."""

    host: str
    port: int
    path: str = field(repr=False)
    header: str = field(default="", repr=False)


class CallbackTarget:
    """Posts bodies to the address in a file; without the file nothing is posted."""

    def __init__(self, path: Path | None) -> None:
        """Read the file; raises ValueError when it names no address of this machine."""
        self._path = path
        self._lock = threading.Lock()
        self._open: set[HTTPConnection] = set()
        self._is_over = False
        self._seen: int | None = None
        self._address: Address | None = None
        self._reload()

    def address(self) -> Address | None:
        """Return the current address, or None without a file or with an invalid one."""
        with self._lock:
            try:
                self._reload()
            except ValueError as error:
                sys.stderr.write(f"Nothing is posted back: {error}\n")
            return self._address

    def post(self, body: bytes) -> int | str | None:
        """Post a body; return the status of the answer, the kind of error, or None without an address."""
        address = self.address()
        if address is None:
            return None
        connection = HTTPConnection(address.host, address.port, timeout=TIMEOUT_SECONDS)
        self._open.add(connection)
        try:
            connection.connect()
            return None if self._is_over else _exchange(connection, address, body)
        except (OSError, HTTPException) as error:
            return type(error).__name__
        finally:
            self._open.discard(connection)
            connection.close()

    def close(self) -> None:
        """Post nothing more, and cut the requests under way."""
        self._is_over = True
        for connection in list(self._open):
            _shut_down(connection)

    def _reload(self) -> None:
        seen = _modified(self._path)
        if seen != self._seen:
            self._seen, self._address = seen, None
            self._address = None if seen is None or self._path is None else read(self._path)


def read(path: Path) -> Address:
    """Return the address in a file such as `{"url": "http://127.0.0.1:8000/hooks/…", "header": "…"}`.

    Raises ValueError, whose text has no secrets, for anything else and for another machine's address.
    """
    try:
        said: Any = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise ValueError(f"{path} cannot be read as JSON") from None
    url, header = (said.get("url"), said.get("header", "")) if isinstance(said, dict) else (None, "")
    if not isinstance(url, str) or not isinstance(header, str):
        raise ValueError(f'{path} is not like {{"url": "http://127.0.0.1:8000/hooks/…", "header": "…"}}')
    if not header.isascii() or not header.isprintable() or not url.isascii() or not url.isprintable():
        raise ValueError(f"{path} has a character that no address or header may have")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        raise ValueError(f"{path} has no valid address") from None
    if parts.scheme != "http" or parts.username is not None or not _is_loopback(host) or " " in parts.path:
        raise ValueError(f"{path} may only name an http address of this machine, such as 127.0.0.1")
    return Address(host, port, parts.path or "/", header)


def _exchange(connection: HTTPConnection, address: Address, body: bytes) -> int:
    headers = {"Content-Type": "application/json"} | ({HEADER: address.header} if address.header else {})
    connection.request("POST", address.path, body, headers)
    answer = connection.getresponse()
    answer.read(65536)
    return answer.status


def _is_loopback(host: str) -> bool:
    # A host name could resolve to any machine, so only an IP address is accepted.
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _modified(path: Path | None) -> int | None:
    try:
        return path.stat().st_mtime_ns if path else None
    except OSError:
        return None


def _shut_down(connection: HTTPConnection) -> None:
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):  # it has ended, or has not begun
        return
