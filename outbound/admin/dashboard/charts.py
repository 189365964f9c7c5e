"""Tallies as stacked bars: all that a template needs to draw them as an SVG, the lengths in percent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outbound.reports.totals import Tally

MOST_LABELS = 7
BAR_SHARE = 0.72  # of the room that each bar has
# Two refusals among thousands are to be seen all the same.
LEAST_HEIGHT = 1.2


@dataclass(frozen=True)
class Part:
    """One layer of each bar."""

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
    """One bar, its numbers in the order of the legend. `middle` is where its label stands, if it has one."""

    label: str
    title: str
    counts: list[int]
    segments: list[Segment]
    x: str
    middle: str
    is_labelled: bool


@dataclass(frozen=True)
class Chart:
    """`ticks` are those of the upright axis, from above; `legend` gives the sum of each part."""

    bars: list[Bar]
    width: str
    ticks: list[int]
    legend: list[tuple[Part, int]]


# From the ground up: what arrived stands firmest.
PARTS = [
    Part(_("Delivered or read"), "success", lambda one: one.reached),
    Part(_("Taken by Zenvia, not delivered yet"), "info", lambda one: one.under_way),
    Part(_("Refused or not delivered"), "danger", lambda one: one.refused + one.undelivered),
    Part(_("In doubt"), "warning", lambda one: one.in_doubt + one.taken_as_sent),
    Part(_("Waiting"), "waiting", lambda one: one.waiting),
    Part(_("Not sent"), "neutral", lambda one: one.not_sent),
]


def stacked(rows: Sequence[tuple[str, Tally]]) -> Chart:
    """Draw one bar for each label and its tally, in the parts that there are."""
    sums = [(part, sum(part.count(one) for _label, one in rows)) for part in PARTS]
    legend = [(part, count) for part, count in sums if count]
    parts = [part for part, _count in legend]
    top = ceiling(max((one.planned for _label, one in rows), default=0))
    room, step = 100 / max(len(rows), 1), ceil(len(rows) / MOST_LABELS)
    bars = [
        _bar(label, one, parts, top, number * room, room, is_labelled=number % step == 0)
        for number, (label, one) in enumerate(rows)
    ]
    return Chart(bars, _percent(room * BAR_SHARE), [top, top // 2, 0], legend)


def ceiling(most: int) -> int:
    """Return an even, round number that is not below `most`."""
    unit = 10 ** floor(log10(max(most, 1)))
    round_ones = (factor * unit for factor in (1, 2, 3, 4, 5, 6, 8, 10))
    return next(one for one in round_ones if one >= most and one % 2 == 0)


def _bar(
    label: str, one: Tally, parts: list[Part], top: int, x: float, room: float, *, is_labelled: bool
) -> Bar:
    counted = [(part, part.count(one)) for part in parts]
    return Bar(
        label=label,
        title=_title(label, one, counted),
        counts=[count for _part, count in counted],
        segments=_segments(counted, top),
        x=_percent(x + room * (1 - BAR_SHARE) / 2),
        middle=_percent(x + room / 2),
        is_labelled=is_labelled,
    )


def _segments(counted: list[tuple[Part, int]], top: int) -> list[Segment]:
    found, reached = [], 0.0
    for part, count in counted:
        if count:
            height = max(LEAST_HEIGHT, 100 * count / top)
            reached += height
            found.append(Segment(part.tone, _percent(100 - reached), _percent(height)))
    return found


def _title(label: str, one: Tally, counted: list[tuple[Part, int]]) -> str:
    total = ngettext("%(count)s message", "%(count)s messages", one.planned) % {"count": one.planned}
    told = [f"{part.label}: {count}" for part, count in counted if count]
    return " · ".join([f"{label}: {total}", *told])


def _percent(value: float) -> str:
    return f"{value:.3f}%"
