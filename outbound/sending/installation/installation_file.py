"""The file `installation` of the data directory: who this console is, and how far its sending came.

It names its own place, so that a copy of it is known as one wherever it stands.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from outbound.db.sqlite_write_lock import locked
from outbound.sending.installation import location

NAME, LOCK = "installation", "installation.lock"
LOCK_SECONDS = 0.5
ABANDONED_SECONDS = 60.0


@dataclass(frozen=True)
class Kept:
    """What the file says. `is_copy` is set where it was written in another place than it stands in now."""

    key: str = ""
    highest_attempt: int = 0
    is_copy: bool = False


def read() -> Kept:
    """Return what the file says; a file that is missing or unreadable says nothing."""
    try:
        with _path().open() as file:  # both of one file: another sender may replace it at any moment
            said, here = json.load(file), location.of_open_file(file.fileno())
        # The version before wrote no place.
        return Kept(str(said["key"]), int(said["highest_attempt"]), said.get("place", here) != here)
    except (OSError, ValueError, TypeError, KeyError):
        return Kept()


def write(key: str, highest_attempt: int) -> None:
    """Write the file anew. Raises OSError."""
    with _draft(key, highest_attempt) as draft:
        draft.replace(_path())


def write_first(key: str) -> None:
    """Write the file if there is none; of many at once, the first one counts. Raises OSError."""
    with _draft(key, 0) as draft:
        try:
            os.link(draft, _path())
        except FileExistsError:
            return


def tidy() -> None:
    """Remove what a process left behind that was killed while it wrote the file."""
    for draft in _path().parent.glob(f"{NAME}.*.draft"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > ABANDONED_SECONDS:
                draft.unlink()


def raise_to(highest_attempt: int) -> None:
    """Remember that so high an attempt was opened, if there is a file. Raises OSError."""
    with locked(LOCK, LOCK_SECONDS):
        kept = read()
        if kept.key and highest_attempt > kept.highest_attempt:
            write(kept.key, highest_attempt)


@contextmanager
def _draft(key: str, highest_attempt: int) -> Iterator[Path]:
    draft = _path().with_name(f"{NAME}.{uuid.uuid4().hex}.draft")
    try:
        draft.touch(mode=0o600)
        content = {"key": key, "highest_attempt": highest_attempt, "place": location.of_file(draft)}
        draft.write_text(json.dumps(content))
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _path() -> Path:
    return Path(settings.DATA_DIR) / NAME
