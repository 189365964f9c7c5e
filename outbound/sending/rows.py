"""Many message rows into their table at once: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import connection, models

from outbound.models import Message

# What differs from person to person; all other columns are alike in many rows.
OWN = ("recipient", "phone", "phone_key", "reason", "detail", "payload", "external_id", "resend_of")
# A body may have some kilobytes, and no more rows than these are in memory.
CHUNK = 500

Row = tuple[Any, ...]


def alike(message: Message) -> Row:
    """Return the values of `message` for the columns that are not in OWN, as the database takes them."""
    return tuple(
        column.get_db_prep_save(getattr(message, column.attname), connection)
        for name, column in _columns().items()
        if name not in OWN
    )


def insert(rows: Iterable[Row]) -> None:
    """Insert rows of the values of OWN, then `alike`. Raises IntegrityError; call it in a transaction."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        _insert(chunk)


def _insert(chunk: list[Row]) -> None:
    table, names = _names()
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            places = ", ".join(["%s"] * len(chunk[0]))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", chunk)
            return
        with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in chunk:
                copy.write_row(row)


def _names() -> tuple[str, str]:
    """Return the table and its columns, those of OWN first."""
    columns, quote = _columns(), connection.ops.quote_name
    ordered = (*OWN, *(name for name in columns if name not in OWN))
    return quote(Message._meta.db_table), ", ".join(quote(columns[name].attname) for name in ordered)


def _columns() -> dict[str, models.Field[Any, Any]]:
    return {column.name: column for column in Message._meta.concrete_fields if not column.primary_key}
