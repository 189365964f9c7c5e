"""The strongest of the faults, small; `python -m tests.faults` plays them all, with many more messages."""

from __future__ import annotations

import pytest

from tests.copies import Copies
from tests.faults.conftest import SERVER
from tests.faults.play import play
from tests.faults.registry import FAULTS, POSTGRESQL, SQLITE, Fault
from tests.faults.scenarios import (  # noqa: F401 they register
    gateway,
    hands,
    kills,
    launches,
    processes,
    surroundings,
)

DATABASE = POSTGRESQL if SERVER else SQLITE
QUICK = [one for one in FAULTS.values() if one.quick and DATABASE in one.databases]


@pytest.mark.parametrize("fault", QUICK, ids=lambda one: one.name)
def test_nobody_gets_it_twice_and_nobody_is_lost_after(fault: Fault, copies: Copies) -> None:
    result = play(fault, copies, DATABASE, seed=1, factor=fault.quick)

    assert result.wrong == [], result.notes
    assert result.messages > 0
