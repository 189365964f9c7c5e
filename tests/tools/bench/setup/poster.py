"""Posts bodies to a webhook from several connections, and reports how each answer came.

`python -m tests.tools.bench.setup.poster PORT PATH FILE CONNECTIONS` reads one body a line, and prints
`{"seconds": [...], "statuses": {"200": n}, "took": seconds}`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\n\r\n"
)


class Poster:
    """One body after another over each connection, as Zenvia waits for an answer before the next."""

    def __init__(self, port: int, path: str, bodies: Iterator[bytes]) -> None:
        self._port, self._path, self._bodies = port, path, bodies
        self.seconds: list[float] = []
        self.statuses: Counter[str] = Counter()

    async def work(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for body in self._bodies:
            request = HEAD.format(path=self._path, length=len(body)).encode() + body
            started = time.perf_counter()
            try:
                head = await _exchange(reader, writer, request)
            except (ConnectionError, asyncio.IncompleteReadError):
                # The server closed what was idle; a sender would post it again over a new connection.
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                head = await _exchange(reader, writer, request)
            self.seconds.append(time.perf_counter() - started)
            self.statuses[head.split(" ", 2)[1]] += 1
            if "connection: close" in head.lower():
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> str:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next(
        (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0
    )
    await reader.readexactly(length)
    return head


async def main(port: int, path: str, file: str, connections: int) -> dict[str, object]:
    poster = Poster(port, path, iter(Path(file).read_bytes().splitlines()))
    started = time.perf_counter()
    await asyncio.gather(*(poster.work() for _connection in range(connections)))
    return {
        "seconds": poster.seconds,
        "statuses": poster.statuses,
        "took": time.perf_counter() - started,
    }


if __name__ == "__main__":
    port, path, file, connections = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(main(int(port), path, file, int(connections)))))
