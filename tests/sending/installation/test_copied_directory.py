"""The data directory knows its place: a copy of it is told from the one that it was copied from."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from outbound.models import Installation
from outbound.sending.installation import clone_guard, installation_file
from tests.builders import an_integration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return Path(settings.DATA_DIR)


def agrees() -> bool:
    return clone_guard.agrees(timezone.now())


def in_another_place(directory: Path, settings: Any) -> None:
    settings.DATA_DIR = shutil.copytree(directory, directory.with_name("copy"))


def put_back(directory: Path, _settings: Any) -> None:
    backup = shutil.copytree(directory, directory.with_name("backup"))
    shutil.rmtree(directory)
    shutil.copytree(backup, directory)


def written_over(directory: Path, _settings: Any) -> None:
    backup = shutil.copytree(directory, directory.with_name("backup"))
    installation_file.raise_to(installation_file.read().highest_attempt + 1)
    shutil.copytree(backup, directory, dirs_exist_ok=True)


COPIES = [in_another_place, put_back, written_over]


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_of_the_whole_directory_stops_sqlite(
    copy: Callable[[Path, Any], None], directory: Path, settings: Any
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's database is in the directory")
    integration = an_integration()
    agrees()

    copy(directory, settings)

    assert not agrees()
    integration.refresh_from_db()
    assert integration.status_reason == clone_guard.COPIED
    assert agrees()


@pytest.mark.parametrize("copy", COPIES)
def test_hosts_with_copies_of_one_directory_share_a_postgresql_database(
    copy: Callable[[Path, Any], None], directory: Path, settings: Any
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("several hosts share PostgreSQL")
    an_integration()
    agrees()

    copy(directory, settings)

    assert agrees()


def test_a_directory_of_another_name_is_the_same_one(directory: Path, settings: Any) -> None:
    an_integration()
    agrees()

    settings.DATA_DIR = directory.rename(directory.with_name("renamed"))

    assert agrees()


def test_one_id_on_two_databases_stops_the_second(settings: Any) -> None:
    settings.INSTALLATION_ID = "ours"
    integration = an_integration()
    agrees()

    Installation.objects.update(place="where it was copied from")

    assert not agrees()
    integration.refresh_from_db()
    assert integration.status_reason == clone_guard.COPIED
    assert agrees()


def test_what_the_version_before_kept_is_taken_over(directory: Path) -> None:
    an_integration()
    Installation.objects.create(pk=1, key="of-before")
    (directory / "installation").write_text(json.dumps({"key": "of-before", "highest_attempt": 0}))

    assert agrees()
    assert agrees()

    assert Installation.objects.get().key == "of-before"


def test_a_host_without_a_lasting_disk_sends_under_an_id_it_is_told(settings: Any, tmp_path: Path) -> None:
    settings.INSTALLATION_ID = "a8b1c1f2-0d5f-4c9e-9f0b-1c2d3e4f5a6b"
    settings.DATA_DIR = tmp_path / "missing"
    an_integration()

    assert agrees()
    assert agrees()


def a_draft(directory: Path, *, age_seconds: float) -> Path:
    """Make an unfinished file of that age, by the clock of the file system."""
    draft = directory / "installation.0123.draft"
    draft.touch()
    made_at = draft.stat().st_mtime - age_seconds
    os.utime(draft, (made_at, made_at))
    return draft


def test_an_abandoned_draft_is_removed(directory: Path) -> None:
    an_integration()
    draft = a_draft(directory, age_seconds=3600)

    agrees()

    assert not draft.exists()


def test_a_draft_of_a_moment_ago_stays_even_where_the_clock_is_ahead_of_the_disks(directory: Path) -> None:
    an_integration()
    draft = a_draft(directory, age_seconds=1)

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        agrees()

    assert draft.exists()


def test_how_far_it_came_never_goes_back() -> None:
    agrees()

    installation_file.raise_to(12)
    installation_file.raise_to(9)

    assert installation_file.read().highest_attempt == 12


def test_a_file_that_is_replaced_while_it_is_read_is_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    agrees()
    load, replaced = json.load, list[bool]()

    def once(file: Any) -> Any:
        if replaced:
            return load(file)
        replaced.append(True)
        said = load(file)
        installation_file.raise_to(7)
        return said

    monkeypatch.setattr(json, "load", once)

    assert not installation_file.read().is_copy
    assert installation_file.read().highest_attempt == 7
