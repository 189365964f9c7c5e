"""Run tests at every hour and on odd days: `python -m pytest -p tests.tools.clock.every_hour`.

Everything runs in one process with one database. First each test function that uses the database runs once,
with its cases and the moments in turn. A function that asks for now and for a local day or time may differ
by the hour: all of its cases run again at `EDGES`, and one case in turn at some other moments (with
`--every-moment` all cases at each). Which functions ask is noticed while they run; a test that sets the clock
itself does not count. A case that takes long runs once.

Tests that start processes or browsers are left out because they take minutes; `TEST_CLOCK` moves them. So are
those of who may see what, which read every page many times, and properties, which draw their own moments.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import wraps
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.tools.clock.moments import EDGES, EVERY

PRODUCT = (f"{os.sep}outbound{os.sep}", f"{os.sep}console{os.sep}")
LOCAL = {"localdate", "make_aware"}
SHARE = 16
SLOW_SECONDS = 0.5
LEFT_OUT = f"{os.sep}security{os.sep}"
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
        is_product = name == "now" or any(part in caller for part in PRODUCT)
        if is_product and _turns and len(time_machine.traveller_stack) == 1:
            _asked[_turns[-1][1]].add(name)
        return ask(*arguments, **options)

    return noticed


# Before there is a model or a migration, so that both have the same `now`.
for each in ("now", *LOCAL):
    setattr(timezone, each, _noticed(each, getattr(timezone, each)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not _uses_database(item) or _takes_minutes(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _uses_database(item: pytest.Item) -> bool:
    is_marked = item.get_closest_marker("django_db") is not None
    return is_marked or not {"db", "transactional_db"}.isdisjoint(getattr(item, "fixturenames", ()))


def _takes_minutes(item: pytest.Item) -> bool:
    is_property = hasattr(getattr(item, "obj", None), "hypothesis")
    return LEFT_OUT in str(item.path) or is_property or _starts_processes(item)


def _starts_processes(item: pytest.Item) -> bool:
    names = vars(item.module).values()  # type: ignore[attr-defined]
    return item.get_closest_marker("browser") is not None or any(
        name is subprocess or getattr(name, "__module__", "") == "tests.installation" for name in names
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if session.testsfailed or session.config.option.collectonly:
        return None  # pytest says what is wrong, or what there is
    functions: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in session.items:
        functions[item.nodeid.partition("[")[0]].append(item)
    is_all = session.config.getoption("every_moment")
    with time_machine.travel(0) as clock:
        _run(session, clock, _once(functions.values()))
        _run(session, clock, _again(functions.values(), share=1 if is_all else SHARE, is_all=is_all))
    return True


def _once(functions: Iterable[list[pytest.Item]]) -> Iterator[Turn]:
    for place, cases in enumerate(functions):
        yield EVERY[place % len(EVERY)], cases[place % len(cases)]


def _again(functions: Iterable[list[pytest.Item]], *, share: int, is_all: bool) -> Iterator[Turn]:
    ran = {item: moment for moment, item in _turns}
    hourly = [cases for cases in functions if any(_asked[item] > {"now"} for item in cases)]
    for number, moment in enumerate(EVERY):
        for place, cases in enumerate(hourly):
            if any(_seconds.get(item, 0) > SLOW_SECONDS for item in cases):
                continue
            turn, rest = divmod(number + place, share)
            wanted = cases if is_all or moment in EDGES else [] if rest else [cases[turn % len(cases)]]
            yield from ((moment, item) for item in wanted if ran.get(item) != moment)


def _run(session: pytest.Session, clock: time_machine.Traveller, turns: Iterable[Turn]) -> None:
    ordered = sorted(turns, key=lambda turn: EVERY.index(turn[0]))
    session.testscollected = len(_turns) + len(ordered)
    for place, (moment, item) in enumerate(ordered, start=1):
        _turns.append((moment, item))
        clock.move_to(moment)
        began_at = time.perf_counter()
        following = ordered[place][1] if place < len(ordered) else session  # which keeps its database
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        _seconds[item] = time.perf_counter() - began_at
        if session.shouldfail or session.shouldstop:
            raise session.Interrupted(session.shouldfail or session.shouldstop)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    report.nodeid += f" at {_turns[-1][0]}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    asked = {item.nodeid.partition("[")[0] for item, names in _asked.items() if "now" in names}
    moments = {moment for moment, item in _turns if item in _asked}
    terminalreporter.write_line(
        f"{len(asked)} tests asked for now, {len(_turns)} runs at {len(moments)} moments."
    )
