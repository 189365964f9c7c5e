"""Lets the processes that write to SQLite all the time take turns, which SQLite itself does not arrange.

A process that finds SQLite locked tries again at growing intervals of up to 0.1 s, so among several busy ones
some wait for very long. PostgreSQL, and processes that rarely write, do not need this.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

RETRY_SECONDS = 0.0002
FILE = "writing.lock"


@contextmanager
def turn(max_seconds: float) -> Iterator[None]:
    """Wait for the turn to write to SQLite, and go on without it after `max_seconds`.

    The process that has the turn may be frozen; SQLite then says whether the database can be written.
    """
    with locked(FILE, max_seconds) if connection.vendor == "sqlite" else nullcontext():
        yield


@contextmanager
def locked(name: str, max_seconds: float) -> Iterator[None]:
    """Hold the file `name` of DATA_DIR locked, or go on without the lock after `max_seconds`."""
    deadline = time.monotonic() + max_seconds
    # Opened anew each time: a lock belongs to what was opened, so it also holds between threads.
    with (Path(settings.DATA_DIR) / name).open("ab") as file:
        while not _try_lock(file) and time.monotonic() < deadline:
            time.sleep(RETRY_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # a process forked meanwhile shares the lock and would keep it


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
