"""What a statement needs that the ORM does not write: a moment as stored, and a batch as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection


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
