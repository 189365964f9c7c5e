"""The location of a file or a database: what identifies it and differs in every copy.

For a file that is its inode and birth time. Both survive restarts, other mount points, containers and host
names, and every copy has others, even one that keeps its timestamps.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

_AT_FDCWD, _AT_EMPTY_PATH = -100, 0x1000
_STATX_BTIME = 0x800
_STATX_SIZE, _BTIME_OFFSET = 256, 80  # of struct statx, https://man7.org/linux/man-pages/man2/statx.2.html


def of_file(path: Path) -> str:
    """Return the location of a file, its inode alone where the file system keeps no birth time.

    The file is not opened: closing it would drop this process's locks on a SQLite database
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    return f"{path.stat().st_ino}-{_made_at(_AT_FDCWD, os.fsencode(path), 0) or _born(path)}"


def of_open_file(descriptor: int) -> str:
    """Return the location of an open file, even if its path now names another."""
    made_at = _made_at(descriptor, b"", _AT_EMPTY_PATH) or _born(descriptor)
    return f"{os.stat(descriptor).st_ino}-{made_at}"


def of_database(database: BaseDatabaseWrapper | None = None) -> str:
    """Return the location of the database, "" for one in memory.

    For PostgreSQL: the system identifier of the cluster and the OID of the database. A standby that takes
    over has the same; a database created from a dump or a template has at least another OID.
    """
    with (database or connection).cursor() as cursor:
        if cursor.db.vendor == "postgresql":
            return _in_postgresql(cursor)
        path = cursor.execute("PRAGMA database_list").fetchone()[2]
    return of_file(Path(path)) if path else ""


def _in_postgresql(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT has_function_privilege('pg_control_system()', 'execute')")
    may_ask = cursor.fetchone()[0]
    cluster = "(SELECT system_identifier FROM pg_control_system())" if may_ask else "0"
    cursor.execute(f"SELECT {cluster} || '-' || oid FROM pg_database WHERE datname = current_database()")
    return str(cursor.fetchone()[0])


def _made_at(descriptor: int, path: bytes, flags: int) -> int:
    """Return the birth time of a file in nanoseconds, 0 where Linux does not know it."""
    statx = getattr(ctypes.CDLL(None), "statx", None)
    answer = ctypes.create_string_buffer(_STATX_SIZE)
    if statx is None or statx(descriptor, path, flags, _STATX_BTIME, answer):
        return 0
    (known,) = struct.unpack_from("I", answer)
    seconds, nanoseconds = struct.unpack_from("qI", answer, _BTIME_OFFSET)
    return int(seconds * 1_000_000_000 + nanoseconds) if known & _STATX_BTIME else 0


def _born(file: Path | int) -> int:
    """Return the birth time of a file in microseconds on systems without `statx`, 0 where unknown."""
    has_statx = hasattr(ctypes.CDLL(None), "statx")
    return 0 if has_statx else int(getattr(os.stat(file), "st_birthtime", 0) * 1_000_000)
