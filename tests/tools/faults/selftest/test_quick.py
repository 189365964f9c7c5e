"""The strongest of the faults, small; `python -m tests.tools.faults` plays them all, with more messages."""

from __future__ import annotations

import pytest

from tests.copies import Copies
from tests.tools.faults.play import play
from tests.tools.faults.registry import POSTGRESQL, SQLITE, Fault, load
from tests.tools.faults.selftest.conftest import SERVER

DATABASE = POSTGRESQL if SERVER else SQLITE
QUICK = [one for one in load().values() if one.quick and DATABASE in one.databases]


@pytest.mark.parametrize("fault", QUICK, ids=lambda one: one.name)
def test_nobody_gets_it_twice_and_nobody_is_lost_after(fault: Fault, copies: Copies) -> None:
    result = play(fault, copies, DATABASE, seed=1, factor=fault.quick)

    assert result.wrong == [], result.notes
    assert result.messages > 0
