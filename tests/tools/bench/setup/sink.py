"""A gateway for measuring: it reads as little as it can, answers as the real one does, and keeps times.

The path says what it does and where it counts: `/zenvia/100ms/<tally>` answers after 100 ms,
`/zenvia/hang/<tally>` never. `GET /<tally>` tells when each request of a tally had come, in seconds of
the monotonic clock that all processes of a machine share, and how many were under way at most.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from array import array
from collections import defaultdict

HEAD_END = b"\r\n\r\n"
EXTERNAL_ID = b'"externalId":"'


class Tally:
    """What came in under one name."""

    def __init__(self) -> None:
        self.times = array("d")
        self.waiting = 0
        self.peak = 0


tallies: defaultdict[str, Tally] = defaultdict(Tally)


class Connection(asyncio.Protocol):
    """One keep-alive connection. Requests may come in pieces, or several at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._unread = b""
        self._known: dict[bytes, tuple[float | None, Tally]] = {}

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(HEAD_END)) >= 0:
            head, body_start = self._unread[:end], end + len(HEAD_END)
            body_end = body_start + _content_length(head)
            if len(self._unread) < body_end:
                return
            body, self._unread = self._unread[body_start:body_end], self._unread[body_end:]
            method, path, _rest = head.split(b" ", 2)
            if method == b"POST":
                self._take(path, body)
            else:
                self._write(_report(path.decode().strip("/")))

    def _take(self, path: bytes, body: bytes) -> None:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = _read_path(path)
        latency, tally = known
        tally.times.append(time.monotonic())
        tally.waiting += 1
        tally.peak = max(tally.peak, tally.waiting)
        if latency == 0:
            self._answer(tally, body)
        elif latency is not None:
            self._loop.call_later(latency, self._answer, tally, body)

    def _answer(self, tally: Tally, body: bytes) -> None:
        tally.waiting -= 1
        number = b"%d" % len(tally.times)
        self._write(
            b'{"status":"pending","external_id":"%b","message_id":%b,"contact_id":%b}'
            % (_external_id(body), number, number)
        )

    def _write(self, body: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )


def _content_length(head: bytes) -> int:
    found = head.lower().find(b"\r\ncontent-length:")
    return int(head[found + 17 :].split(b"\r\n", 1)[0]) if found >= 0 else 0


def _external_id(body: bytes) -> bytes:
    start = body.index(EXTERNAL_ID) + len(EXTERNAL_ID)
    return body[start : body.index(b'"', start)]


def _read_path(path: bytes) -> tuple[float | None, Tally]:
    _zenvia, how, name = path.decode().strip("/").split("/")
    return (None if how == "hang" else float(how.removesuffix("ms")) / 1000), tallies[name]


def _report(name: str) -> bytes:
    if name.startswith("count/"):
        return b"%d" % len(tallies[name.removeprefix("count/")].times)
    tally = tallies[name]
    return json.dumps({"times": list(tally.times), "peak": tally.peak}).encode()


async def serve(port: int) -> None:
    gc.disable()  # nothing here goes in circles, and a pause would be measured as the sender's
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
