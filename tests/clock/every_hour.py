"""Run tests at every hour and on odd days: `python -m pytest -p tests.clock.every_hour`.

It is one process with one database. First each test that uses the database runs once, at a moment of
`moments`, which take turns. What asked for now, and for the local day or time of something, may differ by
the hour: unless it is slow it runs again, at all of `EDGES` and at some others in turn, with
`--every-moment` at each. Who asks is noticed while it runs: no list is kept. Each run begins at its moment.

Left out are tests that start processes, and browsers: they take minutes. `TEST_CLOCK` moves them as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import wraps
from itertools import cycle
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.clock.moments import EDGES, EVERY

PRODUCT = (f"{os.sep}outbound{os.sep}", f"{os.sep}console{os.sep}")
LOCAL = {"localdate", "make_aware"}
SHARE = 12
SLOW_SECONDS = 0.5
Turn = tuple[str, pytest.Item]

_turns: list[Turn] = []
_asked: defaultdict[pytest.Item, set[str]] = defaultdict(set)
_seconds: dict[pytest.Item, float] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-moment", action="store_true", help="what may differ runs at every moment")


def _noticed(name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(ask)
    def noticed(*arguments: Any, **options: Any) -> Any:
        caller = sys._getframe(1).f_code.co_filename
        if _turns and (name == "now" or any(part in caller for part in PRODUCT)):
            _asked[_turns[-1][1]].add(name)
        return ask(*arguments, **options)

    return noticed


# Before there is a model or a migration, so that both have the same `now`.
for each in ("now", *LOCAL):
    setattr(timezone, each, _noticed(each, getattr(timezone, each)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not _uses_database(item) or _starts_processes(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _uses_database(item: pytest.Item) -> bool:
    is_marked = item.get_closest_marker("django_db") is not None
    return is_marked or not {"db", "transactional_db"}.isdisjoint(getattr(item, "fixturenames", ()))


def _starts_processes(item: pytest.Item) -> bool:
    names = vars(item.module).values()  # type: ignore[attr-defined]
    return item.get_closest_marker("browser") is not None or any(
        name is subprocess or getattr(name, "__module__", "") == "tests.installation" for name in names
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if session.testsfailed or session.config.option.collectonly:
        return None  # pytest says what is wrong, or what there is
    with time_machine.travel(0) as clock:
        _run(session, clock, zip(cycle(EVERY), session.items, strict=False))
        _run(session, clock, _again(session))
    return True


def _again(session: pytest.Session) -> Iterator[Turn]:
    ran = {item: moment for moment, item in _turns}
    hourly = [item for item in session.items if _asked[item] > {"now"} and _seconds[item] < SLOW_SECONDS]
    is_all = session.config.getoption("every_moment")
    for number, moment in enumerate(EVERY):
        for place, item in enumerate(hourly):
            is_in_turn = is_all or moment in EDGES or (number + place) % SHARE == 0
            if is_in_turn and ran[item] != moment:
                yield moment, item


def _run(session: pytest.Session, clock: time_machine.Traveller, turns: Iterable[Turn]) -> None:
    ordered = sorted(turns, key=lambda turn: EVERY.index(turn[0]))
    session.testscollected = len(_turns) + len(ordered)
    for place, (moment, item) in enumerate(ordered, start=1):
        _turns.append((moment, item))
        clock.move_to(moment)
        following = ordered[place][1] if place < len(ordered) else session  # which keeps its database
        began_at = time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        _seconds[item] = time.process_time() - began_at
        if session.shouldfail or session.shouldstop:
            raise session.Interrupted(session.shouldfail or session.shouldstop)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    report.nodeid += f" at {_turns[-1][0]}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    asked = {item for item, names in _asked.items() if "now" in names}
    moments = {moment for moment, item in _turns if item in asked}
    terminalreporter.write_line(
        f"{len(asked)} tests asked for now, and ran {len(_turns)} times at {len(moments)} moments."
    )
