"""What the ORM does not write: a moment as stored, a batch as rows, a commit that waits for no disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models.expressions import RawSQL


def stored(moment: datetime) -> str:
    """Return a moment as this database keeps it."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def rows_of(columns: Mapping[str, str]) -> str:
    """Return the SQL that turns one JSON parameter, an array of objects, into rows.

    `columns` gives the PostgreSQL type of each name. A whole batch is so written by one statement.
    """
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"(SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r({typed}))"
    read = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {read} FROM json_each(%s))"


def ids_of(pks: Iterable[int]) -> RawSQL:
    """Return many ids for `pk__in` as one parameter: a thousand take as long to write as to answer."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(pks)])  # noqa: S611
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(pks))])  # noqa: S611


@contextmanager
def passing() -> Iterator[None]:
    """Run a transaction whose commit does not wait for the disk: the next one that does takes it along.

    For a part of something that counts for nothing before a usual commit ends it. A power cut takes the
    latest parts back, in order and none of them half. Within a transaction it is a part of that one.
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
