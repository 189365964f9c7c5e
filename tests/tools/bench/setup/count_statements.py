"""Counts the SQL statements of a process, as one byte each in a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

# What ends a transaction passes no cursor. PostgreSQL's BEGIN goes with the first statement, unseen as
# well; SQLite's passes a cursor.
AT_THE_END = {"sqlite": 1, "postgresql": 2}


class Counting(AppConfig):
    name = "tests.tools.bench.setup.count_statements"
    label = "bench_counting"

    def ready(self) -> None:
        connection_created.connect(_watch)


def count_in(directory: Path, pid: int) -> int:
    """Return how many statements a process has sent so far."""
    path = directory / "statements" / str(pid)
    return path.stat().st_size if path.exists() else 0


def _watch(connection: Any, **_facts: Any) -> None:
    if _counted not in connection.execute_wrappers:
        connection.execute_wrappers.append(_counted)
        for name in ("_commit", "_rollback"):
            setattr(connection, name, _ending(getattr(connection, name), AT_THE_END[connection.vendor]))


def _counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if many:
        params = list(params)
    _add(len(params) if many else 1)
    return execute(sql, params, many, context)


def _ending(end: Callable[[], Any], statements: int) -> Callable[[], Any]:
    def counted() -> Any:
        _add(statements)
        return end()

    return counted


def _add(statements: int) -> None:
    os.write(_file(os.getpid()), b"." * statements)


@cache
def _file(pid: int) -> int:
    directory = Path(settings.DATA_DIR) / "statements"
    directory.mkdir(exist_ok=True)
    return os.open(directory / str(pid), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
