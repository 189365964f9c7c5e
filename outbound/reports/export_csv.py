"""A CSV file as a Brazilian Excel opens it: semicolons, UTF-8 with a mark, and nothing that it would mistake.

Excel decides by itself what a text in a CSV file is. So a text that it would take for a formula, or for a
number that it would round, gets an apostrophe in front. A number of a phone loses its plus sign instead:
with a hyphen in it, it is no formula, no date and no number, and stays as it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from django.utils import timezone

from outbound import phones
from outbound.phones import Phone
from outbound.reports.export_columns import Cell

MARK = "\ufeff"
ROWS_AT_ONCE = 500

# Excel on a system with another separator cuts at its own; what follows is a cell of its own, quotes aside.
# The wide signs are taken for formulas by East Asian ones.
_FORMULA = re.compile(r"(^|[,;|])([\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
# Longer than fifteen digits is rounded, longer than eleven shown as 1,2E+11, and a zero in front is lost.
_NUMBER = re.compile(r"\d{12,}|0\d+|\d+(?:[.,]\d+)?[eE][+-]?\d+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def stream(headers: list[str], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield the file piece by piece."""
    written = _Line()
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield MARK.encode()
    pieces: list[str] = []
    heading: list[Cell] = [*headers]
    for row in chain([heading], rows):
        writer.writerow([text(cell) for cell in row])
        pieces.append(written.last)
        if len(pieces) == ROWS_AT_ONCE:
            yield _encoded(pieces)
            pieces.clear()
    yield _encoded(pieces)


def text(cell: Cell) -> str:
    """Write a cell so that a spreadsheet shows what it says and runs none of it."""
    if isinstance(cell, Phone):
        return _phone(cell)
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%d/%m/%Y %H:%M}"
    if isinstance(cell, int):
        return str(cell)
    plain = _CONTROL.sub(" ", cell)
    return f"'{plain}" if _NUMBER.fullmatch(plain) else _FORMULA.sub(r"\1\2'", plain)


def _phone(phone: Phone) -> str:
    """Write `55 35 98800-1234`; a number that is shown without a hyphen gets one before its last group."""
    shown = phones.display(phone.e164).removeprefix("+")
    if "-" in shown:
        return shown
    first, _space, last = shown.rpartition(" ")
    return f"{first}-{last}" if first else f"{shown[:-4]}-{shown[-4:]}"


def _encoded(pieces: list[str]) -> bytes:
    return "".join(pieces).encode("utf-8", "replace")


class _Line:
    """Where the writer leaves each row."""

    last = ""

    def write(self, line: str) -> None:
        self.last = line
