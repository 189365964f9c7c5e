"""How many requests at once are of use, by what the processor is busy with."""

from __future__ import annotations

import pytest

from outbound.sending.engine.concurrency import BUSY, IDLE, Widths

FAST, SLOW = 1, 2


@pytest.fixture
def widths() -> Widths:
    return Widths(64)


def weigh(widths: Widths, load: float, *, times: int = 1) -> None:
    """So many stretches of that load, in which the fast lane had more answers than the slow one."""
    for _stretch in range(times):
        widths._answers.update({FAST: 100, SLOW: 10})
        widths.weigh(load)
        widths._answers.clear()


def test_a_lane_has_all_it_may_while_the_processor_has_time(widths: Widths) -> None:
    weigh(widths, IDLE - 0.1, times=10)

    assert (widths.of(FAST), widths.of(SLOW)) == (64, 64)


def test_only_the_busiest_lane_gives_way_to_a_busy_processor(widths: Widths) -> None:
    weigh(widths, BUSY + 0.1, times=3)

    assert widths.of(FAST) < 40
    assert widths.of(SLOW) == 64


def test_at_least_one_request_is_always_under_way(widths: Widths) -> None:
    weigh(widths, BUSY + 0.1, times=100)

    assert widths.of(FAST) == 1


def test_a_processor_with_time_again_gives_everything_back(widths: Widths) -> None:
    weigh(widths, BUSY + 0.1, times=100)

    weigh(widths, IDLE - 0.1, times=100)

    assert widths.of(FAST) == 64


def test_nothing_changes_between_busy_and_idle(widths: Widths) -> None:
    weigh(widths, BUSY + 0.1)
    before = widths.of(FAST)

    weigh(widths, (BUSY + IDLE) / 2, times=10)

    assert widths.of(FAST) == before


def test_one_step_down_from_busy_is_not_idle() -> None:
    """Otherwise a lane that only just fills the processor would go up and down for ever."""
    most = 64

    narrowed = Widths(most)
    weigh(narrowed, BUSY + 0.01)

    assert BUSY * narrowed.of(FAST) / most >= IDLE
