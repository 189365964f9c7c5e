"""A copy stands in another place than what it was copied from, however it was made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from outbound.sending.installation import location
from tests.databases import another_database, drop_database


def run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True)


def with_rsync(source: Path, target: Path) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    run("rsync", "-a", f"{source}/", target)


def with_tar(source: Path, target: Path) -> None:
    archive = source.with_name("archive.tar")
    run("tar", "-cpf", archive, "-C", source.parent, source.name)
    target.mkdir()
    run("tar", "-xpf", archive, "-C", target, "--strip-components=1")


COPIES: dict[str, Callable[[Path, Path], object]] = {
    "cp -r": lambda source, target: run("cp", "-r", source, target),
    "cp -a": lambda source, target: run("cp", "-a", source, target),
    "rsync -a": with_rsync,
    "tar": with_tar,
    "copytree": shutil.copytree,
}


@pytest.fixture
def original(tmp_path: Path) -> Path:
    directory = tmp_path / "original"
    directory.mkdir()
    (directory / "file").write_text("what is in it")
    return directory


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copied_file_stands_elsewhere(copy: Callable[[Path, Path], object], original: Path) -> None:
    copied = original.with_name("copied")

    copy(original, copied)

    assert location.of_file(copied / "file") != location.of_file(original / "file")


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_file_that_is_put_back_stands_elsewhere(
    copy: Callable[[Path, Path], object], original: Path
) -> None:
    before = location.of_file(original / "file")
    backup = original.with_name("backup")
    copy(original, backup)

    shutil.rmtree(original)
    copy(backup, original)

    assert location.of_file(original / "file") != before


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda file: file.write_text("something else"),
    "touched": lambda file: os.utime(file, (1, 1)),
    "rights": lambda file: file.chmod(0o600),
    "owner": lambda file: os.chown(file, os.getuid(), os.getgid()),
    "linked": lambda file: file.with_name("link").hardlink_to(file),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_done_to_a_file_does_not_move_it(change: Callable[[Path], object], original: Path) -> None:
    before = location.of_file(original / "file")

    change(original / "file")

    assert location.of_file(original / "file") == before


def test_a_directory_of_another_name_is_the_same_place(original: Path) -> None:
    before = location.of_file(original / "file")

    renamed = original.rename(original.with_name("renamed"))

    assert location.of_file(renamed / "file") == before


@contextmanager
def opened(**settings: Any) -> Iterator[Any]:
    database = connections.create_connection("default")
    database.settings_dict = database.settings_dict | settings
    try:
        yield database
    finally:
        database.close()


@pytest.mark.django_db
def test_a_copied_sqlite_database_stands_elsewhere(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("is about SQLite")
    first, second = tmp_path / "first.sqlite3", tmp_path / "second.sqlite3"
    with opened(NAME=str(first)) as database:
        database.cursor().execute("CREATE TABLE one (id integer)")
        original = location.of_database(database)
        again = location.of_database(database)
    shutil.copy2(first, second)

    with opened(NAME=str(second)) as database:
        copied = location.of_database(database)

    assert original == again != copied != ""


@pytest.mark.django_db
def test_a_postgresql_database_made_from_another_stands_elsewhere() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("is about PostgreSQL")
    name = f"journey_place_{os.getpid()}"
    another_database(os.environ["TEST_DATABASE_URL"], name)
    try:
        with opened(NAME=name) as database:
            other = location.of_database(database)
    finally:
        drop_database(os.environ["TEST_DATABASE_URL"], name)

    assert location.of_database() == location.of_database() != other
    assert other.split("-")[0] == location.of_database().split("-")[0] != "0"
