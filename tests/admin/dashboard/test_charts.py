"""The lengths of stacked bars."""

from __future__ import annotations

import pytest

from outbound.admin.dashboard import charts
from outbound.reports.totals import Tally


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (3, 4), (5, 6), (9, 10), (11, 20), (420, 500), (2157, 3000), (9999, 10000)],
)
def test_axis_ends_at_a_round_number(most: int, top: int) -> None:
    assert charts.axis_end(most) == top


def test_segments_are_proportional_to_counts() -> None:
    chart = charts.stacked([("a", Tally(reached=50, refused=25)), ("b", Tally(waiting=100))])

    assert [(one.tone, one.y, one.height) for one in chart.bars[0].segments] == [
        ("success", "50.000%", "50.000%"),
        ("danger", "25.000%", "25.000%"),
    ]
    assert chart.ticks == [100, 50, 0]
    assert [count for _part, count in chart.legend] == [50, 25, 100]


def test_small_counts_stay_visible() -> None:
    chart = charts.stacked([("a", Tally(reached=9_999, refused=1))])

    assert chart.bars[0].segments[1].height == "1.200%"


def test_many_bars_have_few_labels() -> None:
    chart = charts.stacked([(str(number), Tally()) for number in range(90)])

    assert sum(bar.is_labelled for bar in chart.bars) == 7
