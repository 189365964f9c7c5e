"""Files that are written beside the ones they replace are deleted when the disk is full."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from console import data_dir
from outbound.management import demo
from outbound.reports import export_xlsx
from tests.limits import no_file_grows_beyond


def callback(folder: Path) -> None:
    demo._write(folder / "callback.json", {"url": "http://127.0.0.1:8000/hooks/zenvia/1/another/"})


def key(folder: Path) -> None:
    data_dir.token_key(folder)


def history(_folder: Path) -> None:
    rows: Any = ([f"a text {number}" for number in range(20)] for _row in range(5000))
    export_xlsx.build(["a"] * 20, rows)


@pytest.mark.parametrize("write", [callback, key, history])
def test_partly_written_file_is_deleted(
    write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "callback.json").write_text("{}")

    with no_file_grows_beyond(10), pytest.raises((OSError, ImproperlyConfigured)):
        write(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["callback.json"]
    assert (tmp_path / "callback.json").read_text() == "{}"


def test_failed_workbook_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(ZeroDivisionError):
        export_xlsx.build(["a"], ([1 // (3 - number)] for number in range(5)))

    assert list(tmp_path.iterdir()) == []
