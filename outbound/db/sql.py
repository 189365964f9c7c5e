"""Building blocks of raw SQL: stored datetimes, batches as rows, commits that do not wait for the disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models.expressions import RawSQL


def stored(moment: datetime) -> str:
    """Return a datetime as this database stores it."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def rows_of(columns: Mapping[str, str]) -> str:
    """Return the SQL that turns one JSON parameter, an array of objects, into rows.

    `columns` maps each name to its PostgreSQL type. One statement can so write a whole batch.
    """
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"(SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r({typed}))"
    read = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {read} FROM json_each(%s))"


def ids_of(pks: Iterable[int]) -> RawSQL:
    """Return many ids for `pk__in` as one parameter, which is faster than one parameter for each."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(pks)])  # noqa: S611
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(pks))])  # noqa: S611


@contextmanager
def without_fsync() -> Iterator[None]:
    """Run a transaction whose commit does not wait for the disk; the next usual commit makes it durable.

    For steps that have no effect until a usual commit follows. A power cut may undo the latest of them, in
    order and each as a whole. Inside another transaction it is a part of that one.
    """
    is_outermost = not connection.in_atomic_block
    is_sqlite = connection.vendor == "sqlite"
    if is_outermost and is_sqlite:
        _execute("PRAGMA synchronous = NORMAL")
    try:
        with transaction.atomic():
            if is_outermost and not is_sqlite:
                _execute("SET LOCAL synchronous_commit TO off")
            yield
    finally:
        if is_outermost and is_sqlite:
            _execute("PRAGMA synchronous = FULL")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
