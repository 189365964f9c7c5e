"""Whose turn it is to write to SQLite, which has no queue for those who wait.

Whoever finds it locked looks again at ever longer intervals, so of several busy processes the unlucky one
waits for long. Those that write all the time take turns here; all others, and PostgreSQL, need none.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

LOOK_SECONDS = 0.0002
FILE = "writing.lock"


@contextmanager
def turn(patience_seconds: float) -> Iterator[None]:
    """Wait for our turn, and go on without it after a while: a turn is a courtesy and no lock.

    Its holder may be frozen, and the database itself says then whether it can be written.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with locked(FILE, patience_seconds):
        yield


@contextmanager
def locked(name: str, patience_seconds: float) -> Iterator[None]:
    """Hold the file `name` of the data directory locked, or go on without it after a while."""
    file = _file(Path(settings.DATA_DIR) / name, os.getpid(), threading.get_ident())
    has_turn = _wait(file, time.monotonic() + patience_seconds)
    try:
        yield
    finally:
        if has_turn:
            fcntl.flock(file, fcntl.LOCK_UN)


def _wait(file: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
        else:
            return True
        time.sleep(LOOK_SECONDS)


@cache
def _file(path: Path, process: int, thread: int) -> int:
    """Open the file anew in each process and thread: a turn belongs to what was opened, and is shared by
    whoever shares that."""
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
