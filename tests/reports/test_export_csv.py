"""Excel in Portuguese reads the CSV file with accents, numbers and dates intact, and no formulas."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import phones
from outbound.phones import Phone
from outbound.reports.export_columns import Cell
from outbound.reports.export_csv import stream, text

RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def as_excel_reads_it(*rows: list[Cell], separator: str = ";") -> list[list[str]]:
    written = b"".join(stream(["Nome", "Situação"], iter(rows))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(written, newline=""), delimiter=separator))


def test_file_begins_with_a_byte_order_mark() -> None:
    written = b"".join(stream(["Situação"], iter([])))

    assert written == b"\xef\xbb\xbf" + '"Situação"\r\n'.encode()


def test_accents_quotes_and_semicolons_survive() -> None:
    row: list[Cell] = ["João “Zé” d'Ávila; filho", 'ele disse "sim"']

    assert as_excel_reads_it(row)[1] == row


def test_datetime_is_brazilian_and_local() -> None:
    assert text(datetime(2026, 11, 25, 17, 3, tzinfo=UTC)) == "25/11/2026 14:03"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('=HYPERLINK("http://evil";"x")', '\'=HYPERLINK("http://evil";"x")'),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "  '=1+1"),
        ("\t=1", " '=1"),
        ("\r=1", " '=1"),
        ("＝1", "'＝1"),
        ('x,=HYPERLINK("http://evil")', 'x,\'=HYPERLINK("http://evil")'),
        ('x","=1', 'x","\'=1'),
        ("two\r\nlines", "two lines"),
        ("nul\x00", "nul "),
        ("e-mail@example.com", "e-mail@example.com"),
        ("1 + 1", "1 + 1"),
    ],
)
def test_formula_becomes_text(name: str, written: str) -> None:
    assert text(name) == written


@pytest.mark.parametrize("name", ["123456789012345678", "007", "12e5", "1,5E+12"])
def test_long_number_is_kept_as_text(name: str) -> None:
    assert text(name) == f"'{name}"


@pytest.mark.parametrize("name", ["131026", "0", "12345678901", "e5", "Rua 12e"])
def test_harmless_text_is_unchanged(name: str) -> None:
    assert text(name) == name


@pytest.mark.parametrize(
    ("e164", "written"),
    [
        ("+5535988001234", "55 35 98800-1234"),
        ("+553538001234", "55 35 3800-1234"),
        ("+351912345678", "351 912 345-678"),
        ("+14155550132", "1 415-555-0132"),
        ("+99912345", "9991-2345"),
    ],
)
def test_phone_number_is_neither_formula_nor_number(e164: str, written: str) -> None:
    assert text(Phone(e164, e164)) == written


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_phone_number_of_any_country_has_a_hyphen_and_no_plus(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    written = text(Phone(e164, e164))

    assert "-" in written
    assert written[0].isdecimal()
    assert "".join(filter(str.isdecimal, written)) == e164.removeprefix("+")


@given(st.lists(st.text(max_size=40), min_size=2, max_size=2), st.sampled_from(";,"))
def test_no_text_is_a_formula_with_either_separator(names: list[str], separator: str) -> None:
    rows = as_excel_reads_it(list(names), separator=separator)

    cells = [cell.lstrip('\t\r\n "') for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(RUNS)] == []


def test_file_is_written_in_batches() -> None:
    drawn = 0

    def rows() -> object:
        nonlocal drawn
        for _number in range(5000):
            drawn += 1
            yield ["a", "b"]

    pieces = stream(["A", "B"], rows())  # type: ignore[arg-type]
    next(pieces), next(pieces)

    assert drawn < 1000


def test_display_agrees_with_the_phone_library() -> None:
    example = phonenumbers.example_number_for_type("BR", phonenumbers.PhoneNumberType.MOBILE)
    assert example
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    assert phones.display(e164) == shown
