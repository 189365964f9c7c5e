"""Many message rows into their table at once: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from outbound.models import Message

# What differs from person to person; all other columns are alike in many rows.
OWN = ("recipient", "phone", "phone_key", "reason", "detail", "payload", "external_id", "resend_of")

Row = tuple[Any, ...]
# How many chunks of rows one transaction inserts. SQLite's locks the whole file; in PostgreSQL it holds
# nobody up, and each costs some journeys to the server.
CHUNKS_AT_ONCE = {"sqlite": 1, "postgresql": 3}


def alike(message: Message) -> Row:
    """Return the values of `message` for the columns that are not in OWN, as the database takes them."""
    return tuple(
        column.get_db_prep_save(getattr(message, column.attname), connection)
        for name, column in _columns().items()
        if name not in OWN
    )


def made(rows: Iterable[Row]) -> Iterable[Row]:
    """Make rows before the transaction that inserts them, where they hold up others inside it.

    On PostgreSQL they are written as they are made. On SQLite making them between one insert and the next
    costs half as much again, and the whole file is locked meanwhile.
    """
    return rows if connection.vendor == "postgresql" else list(rows)


def insert(rows: Iterable[Row]) -> None:
    """Insert rows of the values of OWN, then `alike`. Raises IntegrityError; call it in a transaction.

    Making them may not ask the database anything.
    """
    table, names = _names()
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", list(rows))
            return
        copying = f"COPY {table} ({', '.join(names)}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)


def _names() -> tuple[str, list[str]]:
    """Return the table and its columns, those of OWN first."""
    columns, quote = _columns(), connection.ops.quote_name
    ordered = (*OWN, *(name for name in columns if name not in OWN))
    return quote(Message._meta.db_table), [quote(columns[name].attname) for name in ordered]


def _columns() -> dict[str, models.Field[Any, Any]]:
    return {column.name: column for column in Message._meta.concrete_fields if not column.primary_key}
