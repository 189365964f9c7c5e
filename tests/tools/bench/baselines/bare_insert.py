"""The limit of the database: the rows of a launched send, written again into an empty table.

`python -m tests.tools.bench.baselines.bare_insert SOURCE` reads the messages of another console's
database, writes them into this console's in one transaction, and reports the seconds that the writing took.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing
from typing import Any

import django
import psycopg

django.setup()

from django.db import connection, transaction  # noqa: E402

from outbound.models import Message  # noqa: E402

# All but the number that the table gives out itself.
COLUMNS = [field.column for field in Message._meta.local_concrete_fields if not field.primary_key]
NAMES = ", ".join(COLUMNS)


def read(source: str) -> list[Any]:
    is_postgresql = connection.vendor == "postgresql"
    with closing(psycopg.connect(source) if is_postgresql else sqlite3.connect(source)) as other:
        return other.execute(f"SELECT {NAMES} FROM outbound_message ORDER BY id").fetchall()


def write(rows: list[Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY outbound_message ({NAMES}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO outbound_message ({NAMES}) VALUES ({places})", rows)


def main(source: str) -> float:
    rows = read(source)
    connection.ensure_connection()
    started = time.perf_counter()
    write(rows)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
