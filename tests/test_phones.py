"""A typed phone number becomes one E.164 number or one validation error."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import phones
from outbound.phones import NumberFormat

MARIA = "+5535988001234"
# The 67 area codes of Brazil.
AREAS = [
    *(f"{first}{second}" for first in "14689" for second in "123456789"),
    *("21", "22", "24", "27", "28", "31", "32", "33", "34", "35", "37", "38"),
    *("51", "53", "54", "55", "71", "73", "74", "75", "77", "79"),
]
SPELLINGS = [
    "{area}9{first}{last}",
    "{area} 9{first}-{last}",
    "({area}) 9 {first}-{last}",
    "({area})9{first}{last}",
    "0{area}9{first}{last}",
    "55{area}9{first}{last}",
    "+55 {area} 9{first}-{last}",
    "+55({area})9{first}\u2013{last}",
    "0055{area}9{first}{last}",
    "{area}.9{first}.{last}",
    "  {area}/9{first}/{last}\t",
    "\uff0b55 {area} 9{first}\u2212{last}",
]


@pytest.mark.parametrize(
    "typed",
    [
        "35988001234",
        "(35) 9 8800-1234",
        "+55 35 98800-1234",
        "5535988001234",
        "005535988001234",
        "035988001234",
        "0 15 35 98800-1234",  # with a long-distance carrier
        "35.98800.1234",
        "35/98800/1234",
        "+55(35)98800\u20131234",
        "\uff13\uff15\uff19\uff18\uff18\uff10\uff10\uff11\uff12\uff13\uff14",  # full-width digits
        "\u0663\u0665\u0669\u0668\u0668\u0660\u0660\u0661\u0662\u0663\u0664",  # Arabic-Indic digits
        "35988\u0660\u0660\u0661\u0662\u0663\u0664",  # some of both
        "\u00a035 98800-1234\u2009",
    ],
)
def test_usual_spellings_of_a_mobile_are_one_number(typed: str) -> None:
    phone = phones.parse(typed)

    assert phone == phones.Phone(MARIA, MARIA)


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0", "\n"])
def test_empty_number_is_required(typed: str) -> None:
    with pytest.raises(ValidationError) as raised:
        phones.parse(typed)

    assert raised.value.code == "destination_required"


@pytest.mark.parametrize(
    "typed",
    [
        "5535abc",
        "1234567",
        "1" * 20,
        "00988001234",
        "(00) 98800-1234",
        "20988001234",
        "+5500988001234",
        "35888001234",  # nine digits that do not begin with 9
        "35098800123",
        "+",
        "+999 12345678",
        "35988001234;DROP",
        "35 98800-1234 x9",
        "5,53599E+12",
        "\u200b",
        "35\x00988001234",
    ],
)
def test_invalid_number_is_refused_and_quoted_in_part(typed: str) -> None:
    with pytest.raises(ValidationError) as raised:
        phones.parse(typed)

    assert raised.value.code == "destination_invalid"
    assert raised.value.params == {"number": typed[:80]}


@pytest.mark.parametrize("area", AREAS)
def test_every_area_code_has_mobiles(area: str) -> None:
    phone = phones.parse(f"{area}988001234")

    assert (phone.e164, phone.is_mobile) == (f"+55{area}988001234", True)


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("55988001234", "+5555988001234"),
        ("5532215555", "+555532215555"),
        ("5555988001234", "+5555988001234"),
        ("555532215555", "+555532215555"),
        ("5511988001234", "+5511988001234"),
    ],
)
def test_55_is_an_area_code_in_ten_or_eleven_digits_and_the_country_code_in_more(
    typed: str, e164: str
) -> None:
    assert phones.parse(typed).e164 == e164


@pytest.mark.parametrize("typed", ["3588001234", "+55 35 8800-1234", "553588001234", "(35) 8800-1234"])
def test_old_mobile_keeps_its_number_and_has_the_key_of_the_new_one(typed: str) -> None:
    phone = phones.parse(typed)

    assert phone == phones.Phone("+553588001234", MARIA)
    assert (phone.is_mobile, phone.lacks_ninth_digit) == (True, True)


@pytest.mark.parametrize("typed", ["553532215555", "35 3221-5555", "(35)3221-5555"])
def test_landline_is_its_own_key(typed: str) -> None:
    phone = phones.parse(typed)

    assert phone == phones.Phone("+553532215555", "+553532215555")
    assert (phone.is_mobile, phone.lacks_ninth_digit) == (False, False)


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("+351 912 345 678", "+351912345678"),
        ("00351912345678", "+351912345678"),
        ("+1 (415) 555-2671", "+14155552671"),
    ],
)
def test_foreign_number_needs_its_country_code(typed: str, e164: str) -> None:
    phone = phones.parse(typed)

    assert (phone.e164, phone.key, phone.is_brazilian) == (e164, e164, False)


@pytest.mark.parametrize(
    ("typed", "number_format", "written"),
    [
        (MARIA, NumberFormat.NATIONAL, "35988001234"),
        (MARIA, NumberFormat.INTERNATIONAL, "5535988001234"),
        ("3588001234", NumberFormat.NATIONAL, "3588001234"),
        ("3588001234", NumberFormat.INTERNATIONAL, "553588001234"),
        ("5555988001234", NumberFormat.NATIONAL, "55988001234"),
        ("+351912345678", NumberFormat.INTERNATIONAL, "351912345678"),
        ("+351912345678", NumberFormat.NATIONAL, None),
    ],
)
def test_number_is_written_in_the_integrations_format(
    typed: str, number_format: str, written: str | None
) -> None:
    assert phones.on_the_wire(phones.parse(typed), number_format) == written


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (MARIA, "+55 35 98800-1234"),
        ("+553532215555", "+55 35 3221-5555"),
        ("+351912345678", "+351 912 345 678"),
        ("not a number", "not a number"),
    ],
)
def test_stored_number_is_displayed_with_separators(stored: str, shown: str) -> None:
    assert phones.display(stored) == shown


@settings(deadline=None)
@given(
    area=st.sampled_from(AREAS),
    first=st.integers(6000, 9999),
    last=st.integers(0, 9999),
    spelling=st.sampled_from(SPELLINGS),
)
def test_any_spelling_of_a_mobile_is_its_e164(area: str, first: int, last: int, spelling: str) -> None:
    typed = spelling.format(area=area, first=first, last=f"{last:04}")

    phone = phones.parse(typed)

    assert phone.e164 == phone.key == f"+55{area}9{first}{last:04}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("35 7800-1234", True),  # a mobile of eight digits that was never given a ninth
        ("+351 912 345 678", True),
        ("+351 212 345 678", False),
        ("+1 415 555 2671", True),  # where a number does not tell
    ],
)
def test_mobile_is_recognised_by_the_rules_of_its_country(typed: str, expected: bool) -> None:
    assert phones.parse(typed).is_mobile is expected


@settings(deadline=None, max_examples=500)
@given(st.from_regex(r"[1-9][0-9](9[0-9]|7)[0-9]{7}", fullmatch=True))
def test_fast_path_for_mobiles_agrees_with_the_library(national: str) -> None:
    quick = parsed(f"+55{national}")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(phones, "_MOBILE", re.compile(r"(?!)"))
        slow = parsed(f"+55{national}")
        assert quick == slow
        assert quick is None or quick.is_mobile == (slow is not None and slow.is_mobile)


@settings(deadline=None)
@given(st.text() | st.text("0123456789+()-. \u0665\uff15", max_size=20))
def test_arbitrary_text_is_a_number_or_a_validation_error(text: str) -> None:
    phone = parsed(text)

    assert phone is None or parsed(phone.e164) == phone


def parsed(text: str) -> phones.Phone | None:
    try:
        return phones.parse(text)
    except ValidationError:
        return None
