"""The log of what was posted to the webhook: a JSON line for each try, without the secret address."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO


class CallbackLog:
    """An append-only file, created with its first line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._is_closed = False

    def append(
        self,
        script: str,
        destination: str | None,
        external_id: str | None,
        tries: int,
        body: bytes,
        answer: int | str,
    ) -> None:
        """Write one line; `answer` is a status or the kind of error. Raises OSError."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "story": script,
            "destination": destination,
            "external_id": external_id,
            "try": tries,
            "answer": answer,
            "body": _shown(body),
        }
        with self._lock:
            if self._is_closed:
                return
            if self._file is None:
                self._file = self.path.open("ab", buffering=0)
            self._file.write(json.dumps(line).encode() + b"\n")
            self.count += 1

    def close(self) -> None:
        """Close the file; later lines are dropped."""
        with self._lock:
            self._is_closed = True
            if self._file:
                self._file.close()


def read(path: Path) -> list[dict[str, Any]]:
    """Return every line of the file at `path`, oldest first; none when there is no file yet."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _shown(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
