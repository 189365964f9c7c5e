"""Who gets it: each person once, whichever way their number was written (I01, I04, I05)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from outbound.audience import MAX_PASTED, gather, parse_numbers
from outbound.models import Recipient
from tests.builders import a_recipient

pytestmark = pytest.mark.django_db


def codes(pasted: str) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as raised:
        gather([], pasted)
    return {path: [error.code for error in errors] for path, errors in raised.value.error_dict.items()}


@pytest.mark.parametrize("pasted", ["", "  \n\n ", ",;\t\r\n"])
def test_nobody_named_is_an_empty_audience(pasted: str) -> None:
    assert gather([], pasted).people == []


@pytest.mark.parametrize("separator", ["\n", "\r\n", ",", ";", "\t", " ; ", ",\n"])
def test_numbers_are_parted_by_lines_commas_semicolons_and_tabs(separator: str) -> None:
    audience = gather([], separator.join(["(35) 98800-1234", "+55 11 99999.9999"]))

    assert [person.phone.e164 for person in audience.people] == ["+5535988001234", "+5511999999999"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("35988001234", "35988001234"),
        ("3588001234", "35988001234"),
        ("35988001234", "3588001234"),
        ("+55 (35) 98800-1234", "035988001234"),
    ],
)
def test_two_spellings_of_one_line_are_one_person(first: str, second: str) -> None:
    audience = gather([], f"{first}\n {second} ")

    assert len(audience.people) == 1
    assert audience.duplicates == [second]


def test_the_spelling_that_came_first_is_the_one_that_is_sent() -> None:
    audience = gather([], "3588001234, 35988001234")

    assert [person.phone.e164 for person in audience.people] == ["+553588001234"]


def test_a_person_who_is_picked_and_pasted_is_one_person() -> None:
    maria = a_recipient(phone="+5535988001234")

    audience = gather([maria], "3588001234")

    assert [person.recipient for person in audience.people] == [maria]
    assert audience.duplicates == ["3588001234"]


def test_a_pasted_number_finds_the_saved_person_under_the_other_spelling() -> None:
    maria = a_recipient(phone="+553588001234", attributes={"city": "Lavras"})

    audience = gather([], "35 98800-1234")

    assert audience.people[0].recipient == maria
    assert audience.people[0].phone.e164 == "+5535988001234"
    assert audience.people[0].values() == {"name": "Maria", "city": "Lavras"}


def test_of_two_saved_twins_the_older_one_speaks_for_the_pasted_number() -> None:
    older = a_recipient(phone="+553588001234")
    a_recipient(phone="+5535988001234")

    audience = gather([], "35988001234")

    assert [person.recipient for person in audience.people] == [older]


def test_two_picked_twins_are_one_person_and_one_duplicate() -> None:
    first, second = a_recipient(phone="+553588001234"), a_recipient(phone="+5535988001234")

    audience = gather([first, second], "")

    assert [person.recipient for person in audience.people] == [first]
    assert audience.duplicates == [str(second)]


def test_a_number_of_nobody_we_know_has_no_values() -> None:
    assert gather([], "35988001234").people[0].values() == {}


def test_each_bad_number_is_named_by_its_position() -> None:
    found = codes("35988001234\n5535abc\n\n1234567")

    assert found == {"numbers.1": ["destination_invalid"], "numbers.2": ["destination_invalid"]}


def test_the_largest_paste_is_read() -> None:
    pasted = "\n".join(f"3598{number:07}" for number in range(MAX_PASTED))

    assert len(parse_numbers(pasted)) == MAX_PASTED


def test_one_number_more_is_too_many() -> None:
    assert codes("1\n" * (MAX_PASTED + 1)) == {"numbers": ["numbers_too_many"]}


def test_opted_out_people_are_found_by_the_key_that_both_spellings_share() -> None:
    maria = a_recipient(phone="+553588001234")
    maria.set_opted_out(maria.created_at)

    opted_out = Recipient.objects.opted_out().values_list("phone_key", flat=True)

    assert gather([], "35988001234").people[0].phone.key in opted_out
