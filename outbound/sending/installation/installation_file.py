"""The file `installation` in the data directory: the id of this installation and its highest attempt.

It stores its own location, so that a copy of it is recognized.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

from outbound.db.sqlite_write_lock import file_lock
from outbound.sending.installation import location

NAME, LOCK = "installation", "installation.lock"
LOCK_SECONDS = 0.5
ABANDONED_SECONDS = 60.0


@dataclass(frozen=True)
class Kept:
    """The content of the file. `is_copy` means that it was written at another location."""

    key: str = ""
    highest_attempt: int = 0
    is_copy: bool = False


def read() -> Kept:
    """Return the content of the file; an empty one where it is missing or unreadable."""
    try:
        with _path().open() as file:  # content and location of the same file: a sender may replace it
            said, here = json.load(file), location.of_open_file(file.fileno())
        # An earlier version stored no location.
        return Kept(str(said["key"]), int(said["highest_attempt"]), said.get("place", here) != here)
    except (OSError, ValueError, TypeError, KeyError):
        return Kept()


def write(key: str, highest_attempt: int) -> None:
    """Replace the file. Raises OSError."""
    with _draft(key, highest_attempt) as draft:
        draft.replace(_path())


def write_first(key: str) -> None:
    """Write the file if there is none; of several processes the first one wins. Raises OSError."""
    with _draft(key, 0) as draft:
        try:
            os.link(draft, _path())
        except FileExistsError:
            return


def tidy() -> None:
    """Remove the drafts of processes that were killed while they wrote the file."""
    if not (drafts := [*_path().parent.glob(f"{NAME}.*.draft")]):
        return
    with suppress(OSError), TemporaryFile(dir=_path().parent) as marker:
        now = os.fstat(marker.fileno()).st_mtime  # by the clock of the file system, which dates the drafts
        for draft in drafts:
            with suppress(OSError):
                if now - draft.stat().st_mtime > ABANDONED_SECONDS:
                    draft.unlink()


def raise_to(highest_attempt: int) -> None:
    """Store `highest_attempt` if it is higher than the stored one and there is a file. Raises OSError."""
    with file_lock(LOCK, LOCK_SECONDS):
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
