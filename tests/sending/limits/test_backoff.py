"""How long a failed try waits: a table, without a clock or a database."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from outbound.sending.limits.backoff import FIRST_WAIT, LONGEST_WAIT, MAX_TRIES, next_wait


class Fixed(random.Random):
    """Chance that always falls the same way."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self._value = value

    def random(self) -> float:
        return self._value


@pytest.mark.parametrize(
    ("failed_tries", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 320)]
)
def test_the_ceiling_doubles_with_each_failed_try(failed_tries: int, seconds: int) -> None:
    assert next_wait(failed_tries, Fixed(1.0)) == timedelta(seconds=seconds)


@pytest.mark.parametrize("failed_tries", [MAX_TRIES, MAX_TRIES + 1, 100])
def test_after_the_last_try_there_is_no_other(failed_tries: int) -> None:
    assert next_wait(failed_tries, Fixed(0.5)) is None


def test_the_wait_may_be_nothing_at_all() -> None:
    assert next_wait(1, Fixed(0.0)) == timedelta(0)


@pytest.mark.parametrize("failed_tries", range(1, MAX_TRIES))
def test_the_wait_is_anywhere_below_the_ceiling_and_never_above_the_longest(failed_tries: int) -> None:
    rng = random.Random(failed_tries)
    waits = {next_wait(failed_tries, rng) for _ in range(200)}

    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed_tries - 1))
    assert len(waits) > 100
    assert all(wait is not None and timedelta(0) <= wait <= ceiling for wait in waits)
