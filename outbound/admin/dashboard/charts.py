"""Tallies as stacked bars, with all lengths in percent, for an SVG in a template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outbound.reports.totals import Tally

MAX_LABELS = 7
BAR_SHARE = 0.72  # of the width of each column
# In percent, so that two refusals among thousands stay visible.
MIN_HEIGHT = 1.2


@dataclass(frozen=True)
class Part:
    """One part of each bar, from bottom to top."""

    label: str | Promise
    tone: str
    count: Callable[[Tally], int]


@dataclass(frozen=True)
class Segment:
    tone: str
    y: str
    height: str


@dataclass(frozen=True)
class Bar:
    """One bar, with its counts in the order of the legend. `middle` is the position of its label."""

    label: str
    title: str
    counts: list[int]
    segments: list[Segment]
    x: str
    middle: str
    is_labelled: bool


@dataclass(frozen=True)
class Chart:
    """`ticks` are those of the vertical axis, from the top; `legend` has the sum of each part."""

    bars: list[Bar]
    width: str
    ticks: list[int]
    legend: list[tuple[Part, int]]


# From bottom to top.
PARTS = [
    Part(_("Delivered or read"), "success", lambda one: one.reached),
    Part(_("Taken by Zenvia, not delivered yet"), "info", lambda one: one.under_way),
    Part(_("Refused or not delivered"), "danger", lambda one: one.refused + one.undelivered),
    Part(_("In doubt"), "warning", lambda one: one.unconfirmed + one.taken_as_sent),
    Part(_("Waiting"), "waiting", lambda one: one.waiting),
    Part(_("Not sent"), "neutral", lambda one: one.not_sent),
]


def stacked(rows: Sequence[tuple[str, Tally]]) -> Chart:
    """Return a chart with one bar for each label and tally; parts that are zero everywhere are left out."""
    sums = [(part, sum(part.count(one) for _label, one in rows)) for part in PARTS]
    legend = [(part, count) for part, count in sums if count]
    parts = [part for part, _count in legend]
    top = axis_end(max((one.planned for _label, one in rows), default=0))
    width, step = 100 / max(len(rows), 1), ceil(len(rows) / MAX_LABELS)
    bars = [
        _bar(label, one, parts, top, number * width, width, is_labelled=number % step == 0)
        for number, (label, one) in enumerate(rows)
    ]
    return Chart(bars, _percent(width * BAR_SHARE), [top, top // 2, 0], legend)


def axis_end(most: int) -> int:
    """Return an even, round number of at least `most`."""
    unit = 10 ** floor(log10(max(most, 1)))
    round_ones = (factor * unit for factor in (1, 2, 3, 4, 5, 6, 8, 10))
    return next(one for one in round_ones if one >= most and one % 2 == 0)


def _bar(
    label: str, one: Tally, parts: list[Part], top: int, x: float, width: float, *, is_labelled: bool
) -> Bar:
    counted = [(part, part.count(one)) for part in parts]
    return Bar(
        label=label,
        title=_title(label, one, counted),
        counts=[count for _part, count in counted],
        segments=_segments(counted, top),
        x=_percent(x + width * (1 - BAR_SHARE) / 2),
        middle=_percent(x + width / 2),
        is_labelled=is_labelled,
    )


def _segments(counted: list[tuple[Part, int]], top: int) -> list[Segment]:
    found, total = [], 0.0
    for part, count in counted:
        if count:
            height = max(MIN_HEIGHT, 100 * count / top)
            total += height
            found.append(Segment(part.tone, _percent(100 - total), _percent(height)))
    return found


def _title(label: str, one: Tally, counted: list[tuple[Part, int]]) -> str:
    total = ngettext("%(count)s message", "%(count)s messages", one.planned) % {"count": one.planned}
    texts = [f"{part.label}: {count}" for part, count in counted if count]
    return " · ".join([f"{label}: {total}", *texts])


def _percent(value: float) -> str:
    return f"{value:.3f}%"
