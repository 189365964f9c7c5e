"""The audience has each person once, however their number is written."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.models import Recipient
from outbound.sending.planning.audience import (
    BATCH_SIZE,
    MAX_FAULTS,
    MAX_PASTED,
    Audience,
    Person,
    parse_numbers,
)
from tests.builders import a_recipient

pytestmark = pytest.mark.django_db


def audience(*picked: Recipient, numbers: str = "") -> Audience:
    return Audience(Recipient.objects.filter(pk__in=[one.pk for one in picked]), numbers)


def people(*picked: Recipient, numbers: str = "") -> list[Person]:
    return list(audience(*picked, numbers=numbers))


def duplicates(*picked: Recipient, numbers: str = "") -> list[str]:
    everybody = audience(*picked, numbers=numbers)
    list(everybody)
    return everybody.duplicates


def codes(pasted: str) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as raised:
        audience(numbers=pasted)
    return {path: [error.code for error in errors] for path, errors in raised.value.error_dict.items()}


@pytest.mark.parametrize("pasted", ["", "  \n\n ", ",;\t\r\n"])
def test_audience_without_numbers_is_empty(pasted: str) -> None:
    everybody = audience(numbers=pasted)

    assert not everybody
    assert list(everybody) == []


def test_one_picked_or_pasted_person_is_an_audience() -> None:
    assert audience(a_recipient())
    assert audience(numbers="35988001234")


@pytest.mark.parametrize("separator", ["\n", "\r\n", ",", ";", "\t", " ; ", ",\n"])
def test_numbers_are_separated_by_lines_commas_semicolons_and_tabs(separator: str) -> None:
    found = people(numbers=separator.join(["(35) 98800-1234", "+55 11 99999.9999"]))

    assert [person.phone.e164 for person in found] == ["+5535988001234", "+5511999999999"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("35988001234", "35988001234"),
        ("3588001234", "35988001234"),
        ("35988001234", "3588001234"),
        ("+55 (35) 98800-1234", "035988001234"),
    ],
)
def test_two_spellings_of_one_number_are_one_person(first: str, second: str) -> None:
    assert len(people(numbers=f"{first}\n {second} ")) == 1
    assert duplicates(numbers=f"{first}\n {second} ") == [second]


def test_first_spelling_is_sent() -> None:
    found = people(numbers="3588001234, 35988001234")

    assert [person.phone.e164 for person in found] == ["+553588001234"]


def test_picked_and_pasted_person_is_one_person() -> None:
    maria = a_recipient(phone="+5535988001234")

    assert [person.recipient for person in people(maria, numbers="3588001234")] == [maria]
    assert duplicates(maria, numbers="3588001234") == ["3588001234"]


def test_pasted_number_finds_saved_person_with_other_spelling() -> None:
    maria = a_recipient(phone="+553588001234", attributes={"city": "Lavras"})

    (found,) = people(numbers="35 98800-1234")

    assert found.recipient == maria
    assert found.phone.e164 == "+5535988001234"
    assert found.values() == maria.values() == {"name": "Maria", "city": "Lavras"}


def test_pasted_number_finds_older_of_two_saved_spellings() -> None:
    older = a_recipient(phone="+553588001234")
    a_recipient(phone="+5535988001234")

    assert [person.recipient for person in people(numbers="35988001234")] == [older]


@pytest.mark.parametrize("phones", [("+553588001234", "+5535988001234"), ("+5535988001234", "+553588001234")])
def test_two_picked_spellings_are_one_person_and_one_duplicate(phones: tuple[str, str]) -> None:
    first, second = (a_recipient(phone=phone) for phone in phones)

    assert [person.recipient for person in people(first, second)] == [first]
    assert duplicates(first, second) == [str(second)]


def test_picked_person_has_name_and_attributes_as_values() -> None:
    maria = a_recipient(attributes={"city": "Itajubá", "debts": 3})

    (found,) = people(maria)

    assert found.values() == maria.values() == {"name": "Maria", "city": "Itajubá", "debts": "3"}
    assert (found.phone.e164, found.phone.key) == (maria.phone, maria.phone_key)


def test_unsaved_number_has_no_values() -> None:
    (found,) = people(numbers="35988001234")

    assert (found.values(), found.recipient, found.recipient_id) == ({}, None, None)


def test_invalid_number_is_reported_by_position() -> None:
    found = codes("35988001234\n5535abc\n\n1234567")

    assert found == {"numbers.1": ["destination_invalid"], "numbers.2": ["destination_invalid"]}


def test_only_first_faults_of_a_list_are_reported() -> None:
    found = codes("x\n" * (MAX_FAULTS + 50))

    assert list(found) == [f"numbers.{position}" for position in range(MAX_FAULTS)]


def test_largest_paste_is_parsed() -> None:
    pasted = "\n".join(f"3598{number:07}" for number in range(MAX_PASTED))

    assert len(parse_numbers(pasted)) == MAX_PASTED


def test_one_number_more_than_the_limit_is_refused() -> None:
    assert codes("1\n" * (MAX_PASTED + 1)) == {"numbers": ["numbers_too_many"]}


@pytest.mark.parametrize("saved", ["+553588001234", "+5535988001234"])
@pytest.mark.parametrize("typed", ["3588001234", "35988001234"])
def test_opt_out_holds_for_both_spellings_of_pasted_number(saved: str, typed: str) -> None:
    a_recipient(phone=saved, opted_out_at=timezone.now())

    assert [person.opted_out for person in people(numbers=typed)] == [True]


def test_opt_out_of_other_spelling_holds_for_picked_person() -> None:
    a_recipient(phone="+553588001234", opted_out_at=timezone.now())
    maria = a_recipient(phone="+5535988001234")

    assert [person.opted_out for person in people(maria)] == [True]


def test_opt_out_holds_for_nobody_else() -> None:
    a_recipient(opted_out_at=timezone.now())

    assert [person.opted_out for person in people(a_recipient(), numbers="35988001234")] == [False, False]


def test_long_list_makes_one_query_per_batch() -> None:
    numbers = "\n".join(f"3598{number:07}" for number in range(BATCH_SIZE + 1))
    everybody = audience(numbers=numbers)

    with CaptureQueriesContext(connection) as asked:
        found = list(everybody)

    assert len(found) == BATCH_SIZE + 1
    assert len(asked) <= 4
