"""The memory that an export takes does not grow with its rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outbound.phones import Phone
from outbound.reports import export_columns, export_csv, export_xlsx
from outbound.reports.export_columns import Cell

ROOT = Path(__file__).parents[2]
MOST_MORE = 8  # MB of a whole process, for any number of rows
MEGABYTE = 2**20


def as_csv(count: int) -> None:
    for _piece in export_csv.stream(export_columns.headers(), a_history(count)):
        pass


def as_xlsx(count: int) -> None:
    with export_xlsx.build(export_columns.headers(), a_history(count)) as file:
        while file.read(2**16):
            pass


def a_history(count: int) -> Iterator[list[Cell]]:
    for number in range(count):
        yield [f"cell {number} {column}" for column in range(14)] + [Phone("+5535988001234", "")]


def peak(write: Callable[[int], None], count: int) -> float:
    tracemalloc.start()
    write(count)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / MEGABYTE


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_ten_times_the_rows_take_no_more_memory(write: Callable[[int], None]) -> None:
    peak(write, 10)

    few, many = peak(write, 600), peak(write, 6000)

    assert many < few + 0.5


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_large_export_takes_constant_memory(kind: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "console.settings",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.reports.export_memory", kind, "100000"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"] == 100_000
    assert found["peak"] - found["before"] <= MOST_MORE
