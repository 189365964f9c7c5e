"""Options of every command: repetitions add up or are refused."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
from django.core.management import CommandError

from tests.management.all_commands import NAMES, command, options

EVERY = [
    (name, one.option_strings[-1])
    for name in NAMES
    for one in options(command(name).create_parser("manage.py", name))
]
ADDING_UP = {("send", option) for option in ("--to", "--to-file", "--field", "--context")}


def words(option: Any, number: int) -> list[str]:
    """Return an option with a valid value that differs by number."""
    if option.nargs == 0:
        return [option.option_strings[-1]]
    value = str(option.choices[number]) if option.choices else str(number)
    return [option.option_strings[-1], value]


def parsed(name: str, wanted: str, times: int) -> argparse.Namespace:
    parser = command(name).create_parser("manage.py", name)
    by_name = {one.option_strings[-1]: one for one in options(parser)}
    required = [one for key, one in by_name.items() if one.required and key != wanted]
    given = [word for one in required for word in words(one, 1)]
    for number in range(1, times + 1):
        given += words(by_name[wanted], number)
    return parser.parse_args(given)


def test_commands_are_found() -> None:
    assert {"send", "send_due", "prepare_demo", "rotate_token_keys", "sandbox", "worker"} <= set(NAMES)


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_option_may_be_given_once(name: str, option: str) -> None:
    assert parsed(name, option, 1)


@pytest.mark.parametrize(("name", "option"), [one for one in EVERY if one not in ADDING_UP])
def test_single_option_is_refused_when_given_twice(name: str, option: str) -> None:
    with pytest.raises(CommandError, match=option):
        parsed(name, option, 2)


@pytest.mark.parametrize(("name", "option"), sorted(ADDING_UP))
def test_values_of_a_repeatable_option_add_up(name: str, option: str) -> None:
    found = vars(parsed(name, option, 3))

    assert found[option.removeprefix("--").replace("-", "_")] == ["1", "2", "3"]


@pytest.mark.parametrize("again", [("--template", "b"), ("--temp", "b"), ("--template=b",)])
def test_other_spellings_of_an_option_count_as_repetition(again: tuple[str, ...]) -> None:
    parser = command("send").create_parser("manage.py", "send")

    with pytest.raises(CommandError, match="--template"):
        parser.parse_args(["--integration", "a", "--template", "a", *again])


def test_same_value_twice_is_refused() -> None:
    parser = command("sandbox").create_parser("manage.py", "sandbox")

    with pytest.raises(CommandError, match="--latency-ms"):
        parser.parse_args(["--latency-ms", "0", "--latency-ms", "0"])


def test_unknown_argument_is_refused() -> None:
    parser = command("send").create_parser("manage.py", "send")

    with pytest.raises(CommandError, match="35988000002"):
        parser.parse_args(["--to", "35988000001", "--integration", "a", "35988000002"])
