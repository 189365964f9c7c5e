"""Inserts many message rows at once: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from outbound.models import Message

# The columns that differ from person to person.
OWN = ("recipient", "phone", "phone_key", "reason", "detail", "payload", "external_id", "resend_of")

Row = tuple[Any, ...]


def common_values(message: Message) -> Row:
    """Return the values of `message` for the columns that are not in OWN, as the database takes them."""
    return tuple(
        column.get_db_prep_save(getattr(message, column.attname), connection)
        for name, column in _columns().items()
        if name not in OWN
    )


def prepared(rows: Iterable[Row]) -> Iterable[Row]:
    """Make the rows now on SQLite, which `insert` locks; PostgreSQL copies them as they are made."""
    return rows if connection.vendor == "postgresql" else list(rows)


def insert(rows: Iterable[Row]) -> None:
    """Insert rows of the values of OWN, then `common_values`, within a transaction. Raises IntegrityError.

    Making the rows must not query the database.
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
    """Return the table and its columns, those in OWN first."""
    columns, quote = _columns(), connection.ops.quote_name
    ordered = (*OWN, *(name for name in columns if name not in OWN))
    return quote(Message._meta.db_table), [quote(columns[name].attname) for name in ordered]


def _columns() -> dict[str, models.Field[Any, Any]]:
    return {column.name: column for column in Message._meta.concrete_fields if not column.primary_key}
