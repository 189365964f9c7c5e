"""The sink as a process, what it received, and its own limit."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count

from tests.installation import ROOT, free_port, is_open, until

REQUEST = b"POST /zenvia/0ms/limit HTTP/1.1\r\nHost: sink\r\nContent-Length: 218\r\n\r\n" + (
    b'{"externalId":"0123456789abcdefg"}'.ljust(218)
)


@dataclass(frozen=True)
class Seen:
    """The arrivals of one tally in their order, and the most that were under way at once."""

    times: list[float]
    peak: int

    def rate(self) -> float:
        """Messages per second over the middle 80 %: neither the start nor the last stragglers count."""
        middle = self.times[len(self.times) // 10 : len(self.times) * 9 // 10]
        return (len(middle) - 1) / (middle[-1] - middle[0])

    def between(self, start: float, end: float, since: float | None = None) -> list[float]:
        """The arrivals from `start` to `end` seconds after a moment, or after the first one."""
        since = self.times[0] if since is None else since
        return [moment for moment in self.times if start <= moment - since < end]


class Gateway:
    """A running sink. Each measurement counts under a name of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tools.bench.setup.sink", str(self.port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
        )
        self._names = count(1)
        until(lambda: is_open(self.port), "the sink listens")

    def new_tally(self) -> str:
        return f"t{next(self._names)}"

    def seen(self, tally: str) -> Seen:
        return Seen(**json.loads(self._get(tally)))

    def count(self, tally: str) -> int:
        return int(self._get(f"count/{tally}"))

    def wait_for(self, tally: str, requests: int, seconds: float = 300) -> None:
        until(lambda: self.count(tally) >= requests, f"{requests} requests", seconds)

    def limit(self, requests: int = 20_000, connections: int = 16) -> float:
        """Requests per second that the sink takes from raw sockets: no client here gets near it."""
        sockets = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(connections)]
        started = time.monotonic()
        for _ in range(requests // connections):
            for one in sockets:
                one.sendall(REQUEST)
            for one in sockets:
                one.recv(4096)
        seconds = time.monotonic() - started
        for one in sockets:
            one.close()
        return requests / seconds

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _get(self, path: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", f"/{path}")
            return connection.getresponse().read()
        finally:
            connection.close()
