"""The ledger: a JSON line for each request that was read in full, written before the response."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outbound.sandbox.playback.answers import Receipt

REMEMBERED_LINES = 1000
# The ranges never overlap, so a client that mixes the two ids up is noticed.
FIRST_MESSAGE_ID = 1
FIRST_CONTACT_ID = 500_001

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as received, with its scenario; `status` is None when there will be no response."""

    method: str
    path: str
    authorization: str
    raw: bytes
    body: object
    destination: str | None
    external_id: str | None
    scenario: str
    taken: bool
    status: int | None


class Ledger:
    """An append-only file and the counters derived from it, which continue after a restart."""

    def __init__(self, path: Path | str) -> None:
        """Open or create the file at `path`; raises OSError when that cannot be done."""
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.recent: deque[Line] = deque(maxlen=REMEMBERED_LINES)
        self.number = 0
        self.taken = 0
        self._contacts: dict[str | None, int] = {}
        self._seen: Counter[str | None] = Counter()
        self._lock = threading.Lock()
        for line in _lines(self.path):
            self._count(line)
        self._file = self.path.open("ab", buffering=0)
        if _is_torn(self.path):
            self._file.write(b"\n")

    def append(self, request: Request) -> Receipt:
        """Write one line and return the ids of a response. Raises OSError when it was not written."""
        line = _line(request)
        with self._lock:
            line = {"number": self.number + 1, **line}
            # Counted once it is written, so a full disk leaves no gap. A single write keeps lines whole.
            self._write(json.dumps(line).encode() + b"\n")
            contact_id = self._count(line)
            return Receipt(request.external_id, FIRST_MESSAGE_ID + self.taken - 1, contact_id)

    def last(self, count: int) -> list[Line]:
        """Return the last `count` lines, at most REMEMBERED_LINES, oldest first."""
        with self._lock:
            return list(self.recent)[-count:]

    def seen(self, destination: str | None) -> int:
        """Return how many requests for a destination there were so far."""
        with self._lock:
            return self._seen[destination]

    def close(self) -> None:
        """Close the file; a request that comes later fails."""
        with self._lock:
            self._file.close()

    def _write(self, raw: bytes) -> None:
        """Write a whole line or nothing: a nearly full disk may take only the beginning."""
        written = self._file.write(raw)
        if written < len(raw):
            self._file.truncate(self._file.seek(0, os.SEEK_END) - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def _count(self, line: Line) -> int:
        self.number = line["number"]
        self.taken += line["taken"]
        self.recent.append(line)
        self._seen[line["destination"]] += 1
        return self._contacts.setdefault(line["destination"], FIRST_CONTACT_ID + len(self._contacts))


def read(path: Path | str) -> list[Line]:
    """Return every line of the ledger at `path`, oldest first; none when there is no file yet."""
    return list(_lines(Path(path)))


def fingerprint(authorization: str) -> str | None:
    """Return a short hash of a token: it distinguishes two tokens and reveals none."""
    return hashlib.sha256(authorization.encode()).hexdigest()[:12] if authorization else None


def _line(request: Request) -> Line:
    return {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": request.method,
        "path": request.path,
        "token": fingerprint(request.authorization),
        "destination": request.destination,
        "external_id": request.external_id,
        "body": request.body,
        "raw": request.raw.decode("utf-8", "replace"),
        "scenario": request.scenario,
        "taken": request.taken,
        "status": request.status,
    }


def _lines(path: Path) -> Iterator[Line]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            try:
                yield json.loads(raw)
            except ValueError:  # cut off by a kill during the write, so it had no response
                continue


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() == 0:
            return False
        file.seek(-1, 2)
        return file.read(1) != b"\n"
