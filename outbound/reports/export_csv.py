"""Writes CSV for Excel in Portuguese: semicolons, UTF-8 with a byte order mark, no formulas.

Excel guesses the type of each cell. A text that it would take for a formula, or for a number that it would
round, gets an apostrophe in front. A phone number loses its plus sign and has a hyphen, so it stays a text.
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

BYTE_ORDER_MARK = "\ufeff"
BATCH_SIZE = 500

# With another list separator Excel splits at its own, even inside quotes, so each part may be a formula.
# East Asian versions take the full-width signs for formulas.
_FORMULA = re.compile(r"(^|[,;|])([\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
# More than 15 digits are rounded, more than 11 are shown as 1,2E+11, and a leading zero is lost.
_NUMBER = re.compile(r"\d{12,}|0\d+|\d+(?:[.,]\d+)?[eE][+-]?\d+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def stream(headers: list[str], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield the file in parts of BATCH_SIZE rows."""
    written = _Line()
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield BYTE_ORDER_MARK.encode()
    pieces: list[str] = []
    heading: list[Cell] = [*headers]
    for row in chain([heading], rows):
        writer.writerow([text(cell) for cell in row])
        pieces.append(written.last)
        if len(pieces) == BATCH_SIZE:
            yield _encoded(pieces)
            pieces.clear()
    yield _encoded(pieces)


def text(cell: Cell) -> str:
    """Return a cell as a text that a spreadsheet shows unchanged and does not run."""
    if isinstance(cell, Phone):
        return _phone(cell)
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%d/%m/%Y %H:%M}"
    if isinstance(cell, int):
        return str(cell)
    plain = _CONTROL.sub(" ", cell)
    return f"'{plain}" if _NUMBER.fullmatch(plain) else _FORMULA.sub(r"\1\2'", plain)


def _phone(phone: Phone) -> str:
    """Return `55 35 98800-1234`; a number without a hyphen gets one before its last group."""
    shown = phones.display(phone.e164).removeprefix("+")
    if "-" in shown:
        return shown
    first, _space, last = shown.rpartition(" ")
    return f"{first}-{last}" if first else f"{shown[:-4]}-{shown[-4:]}"


def _encoded(pieces: list[str]) -> bytes:
    return "".join(pieces).encode("utf-8", "replace")


class _Line:
    """Keeps the last line that the CSV writer wrote."""

    last = ""

    def write(self, line: str) -> None:
        self.last = line
