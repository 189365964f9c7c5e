"""Writes XLSX with texts as texts and moments as dates, so that nothing in it is a formula."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from outbound import phones
from outbound.phones import Phone
from outbound.reports.export_columns import Cell

ROWS_PER_SHEET = 1_000_000  # Excel opens 1,048,576
_WIDTH = 20
# Characters that XML does not allow.
_INVALID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def build(headers: list[str], rows: Iterable[list[Cell]]) -> IO[bytes]:
    """Write the rows to a temporary file, deleted when it is closed, and return it at its start."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with tempfile.TemporaryDirectory() as parts:  # a workbook that fails leaves them behind
            _write_book(file, parts, headers, rows)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write_book(file: IO[bytes], parts: str, headers: list[str], rows: Iterable[list[Cell]]) -> None:
    # Each row is on disk before the next one is written.
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": parts})
    formats = _formats(book)
    rows = iter(rows)
    while True:
        batch = islice(rows, ROWS_PER_SHEET)
        first = next(batch, None)
        if first is None and book.worksheets():
            break
        _fill(book.add_worksheet(), headers, chain([first] if first else [], batch), formats)
    book.close()


def _formats(book: Any) -> dict[str, Any]:
    # "@" keeps a text cell a text when it is edited.
    return {
        "heading": book.add_format({"bold": True, "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }


def _fill(sheet: Any, headers: list[str], rows: Iterator[list[Cell]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, len(headers) - 1, _WIDTH)
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, formats["heading"])
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, formats)


def _write(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, timezone.localtime(cell).replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, Phone):
        sheet.write_string(row, column, phones.display(cell.e164), formats["text"])
    elif cell:
        sheet.write_string(row, column, _INVALID.sub(" ", cell), formats["text"])
