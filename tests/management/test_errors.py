"""Explanations of the errors that databases and disks really raise."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, OperationalError, connection
from django.db.utils import ConnectionHandler
from django.utils.translation import override

from outbound.management.errors import explain
from tests.installation import free_port
from tests.limits import no_file_grows_beyond

pytestmark = pytest.mark.django_db
PASSWORD = "s3cr3t-of-the-database"
TOO_MUCH = "INSERT INTO t VALUES (zeroblob(500000))"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def a_database(name: Path | str, **options: Any) -> Any:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(name), "OPTIONS": options}
    return ConnectionHandler({"default": database})["default"]


def prepared(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (a)")
    return path


def told(database: Any, sql: str) -> str:
    """Return the explanation of the error that a statement raises."""
    with pytest.raises(Error) as raised, closing(database), database.cursor() as cursor:
        cursor.execute(sql)
    return explain(raised.value)


def full(folder: Path) -> str:
    path = prepared(folder / "db")
    return told(a_database(path, init_command="PRAGMA max_page_count=4"), TOO_MUCH)


def not_growing(folder: Path) -> str:
    database = a_database(prepared(folder / "db"))
    database.ensure_connection()
    with no_file_grows_beyond(50_000):
        return told(database, TOO_MUCH)


def read_only(folder: Path) -> str:
    return told(a_database(f"file:{prepared(folder / 'db')}?mode=ro"), "INSERT INTO t VALUES (1)")


def locked(folder: Path) -> str:
    path = prepared(folder / "db")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        return told(a_database(path, timeout=0.01), "INSERT INTO t VALUES (1)")


def nowhere(folder: Path) -> str:
    return told(a_database(folder / "missing" / "db"), "SELECT 1")


def damaged(folder: Path) -> str:
    (folder / "db").write_bytes(b"no database at all" * 100)
    return told(a_database(folder / "db"), "SELECT * FROM t")


def without_table(folder: Path) -> str:
    return told(a_database(prepared(folder / "db")), "SELECT * FROM outbound_message")


def without_column(folder: Path) -> str:
    return told(a_database(prepared(folder / "db")), "SELECT b FROM t")


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (full, "disk is full"),
        (not_growing, "may be full, or broken"),
        (read_only, "read-only"),
        (locked, "held by another program"),
        (nowhere, "cannot be opened"),
        (damaged, "damaged"),
        (without_table, "manage.py migrate"),
        (without_column, "manage.py migrate"),
    ],
)
def test_sqlite_errors_are_explained(fails: Callable[[Path], str], said: str, tmp_path: Path) -> None:
    assert said in fails(tmp_path)


def test_unreachable_server_is_explained_without_its_password() -> None:
    server = {"ENGINE": "django.db.backends.postgresql", "NAME": "console", "USER": "console"}
    server |= {"HOST": "127.0.0.1", "PORT": str(free_port()), "PASSWORD": PASSWORD}
    database = ConnectionHandler({"default": server})["default"]

    with pytest.raises(OperationalError) as raised:
        database.ensure_connection()

    assert "cannot be reached" in explain(raised.value)
    assert PASSWORD not in explain(raised.value)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM missing", "manage.py migrate"),
        ("SELECT missing FROM outbound_message", "manage.py migrate"),
        ("SET transaction_read_only = on; DELETE FROM outbound_message", "read-only"),
        ("SET statement_timeout = 10; SELECT pg_sleep(5)", "held by another program"),
        ("DO $$BEGIN RAISE SQLSTATE '53100'; END$$", "disk is full"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "cannot be reached"),
        ("SELECT 1 / 0", "refused a step (DataError)"),
    ],
)
def test_postgresql_errors_are_explained(sql: str, said: str) -> None:
    another = ConnectionHandler({"default": connection.settings_dict})["default"]

    assert said in told(another, sql)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "/x/y cannot be used: the disk is full."),
        (errno.EACCES, "/x/y cannot be used: this user may not write or read it."),
        (errno.EROFS, "/x/y cannot be used: the disk is read-only."),
        (errno.EISDIR, "/x/y cannot be used: Is a directory."),
    ],
)
def test_file_error_names_the_file_and_cause(number: int, said: str) -> None:
    assert explain(OSError(number, os.strerror(number), "/x/y")) == said


def test_write_error_without_a_name_is_explained() -> None:
    with open("/dev/full", "wb", buffering=0) as file, pytest.raises(OSError, match="space") as raised:
        file.write(b"x")

    assert explain(raised.value) == "Something could not be written: the disk is full."
