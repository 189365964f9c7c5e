"""The XLSX file has texts as texts, dates as dates, and no formulas."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from outbound.phones import Phone
from outbound.reports import export_xlsx
from outbound.reports.export_columns import Cell
from outbound.reports.export_xlsx import build


def read_back(*rows: list[Cell]) -> Any:
    return openpyxl.load_workbook(build(["A", "B"], iter(rows)))


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil","x")',
        "+1",
        "-2+3",
        "@x",
        "007",
        "123456789012345678",
        "João, \u201cZé\u201d",
    ],
)
def test_text_stays_text(name: str) -> None:
    cell = read_back([name, ""]).active["A2"]

    assert (cell.value, cell.data_type, cell.number_format) == (name, "s", "@")


def test_datetime_is_a_date_in_local_time() -> None:
    cell = read_back([datetime(2026, 11, 25, 17, 3, tzinfo=UTC), ""]).active["A2"]

    assert cell.value == datetime(2026, 11, 25, 14, 3)
    assert cell.number_format == "dd/mm/yyyy hh:mm"


def test_phone_number_is_text_as_displayed() -> None:
    cell = read_back([Phone("+5535988001234", "+5535988001234"), ""]).active["A2"]

    assert (cell.value, cell.data_type) == ("+55 35 98800-1234", "s")


def test_characters_invalid_in_xml_are_removed() -> None:
    cell = read_back(["a\x00b\ud800c\x1fd", ""]).active["A2"]

    assert cell.value == "a b c d"


def test_rows_continue_on_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_xlsx, "ROWS_PER_SHEET", 2)

    sheets = read_back(["1", ""], ["2", ""], ["3", ""]).worksheets

    assert [[row[0].value for row in sheet.rows] for sheet in sheets] == [["A", "1", "2"], ["A", "3"]]


def test_empty_export_has_headings() -> None:
    book = read_back()

    assert [[cell.value for cell in row] for row in book.active.rows] == [["A", "B"]]
