"""The quick faults at a small size; `python -m tests.tools.faults` runs all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.copies import Copies
from tests.tools.faults.registry import POSTGRESQL, SQLITE, Fault, load
from tests.tools.faults.run_fault import run_fault
from tests.tools.faults.table import Result

DATABASE = POSTGRESQL if os.environ.get("TEST_DATABASE_URL") else SQLITE
QUICK = [one for one in load().values() if one.quick and DATABASE in one.databases]
AT_ONCE = 3  # most of them wait


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, copies: Copies) -> Iterator[dict[str, Future[Result]]]:
    """The results to come of the faults that were asked for, which are played beside each other."""
    asked = [
        item.callspec.params["fault"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and "results" in item.fixturenames
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            one.name: pool.submit(run_fault, one, copies, DATABASE, seed=1, factor=one.quick) for one in asked
        }


@pytest.mark.parametrize("fault", QUICK, ids=lambda one: one.name)
def test_no_message_is_doubled_or_lost_after(fault: Fault, results: dict[str, Future[Result]]) -> None:
    result = results[fault.name].result()

    assert result.wrong == [], result.notes
    assert result.messages > 0
