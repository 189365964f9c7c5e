"""G10: speed of an integration while another one's gateway hangs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from tests.installation import until
from tests.tools.bench.measurement import IN_FLIGHT, Measurement, per_second
from tests.tools.bench.setup.consoles import Consoles
from tests.tools.bench.setup.gateway import Seen
from tests.tools.bench.table import Finding, at_least


def a_hanging_one(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """From the first second on, and again when the breaker has had time to open."""
    seconds = measurement.of(40, 12)
    stretches = {"from the first second": (0, 10), "after half a minute": (30, seconds)}
    if measurement.is_quick:
        del stretches["after half a minute"]
    beside: dict[str, list[float]] = {name: [] for name in stretches}
    alone: dict[str, list[float]] = {name: [] for name in stretches}
    for _number in measurement.repeats[:2]:  # they are long
        for rates, hangs in ((alone, False), (beside, True)):
            seen, since = _healthy(measurement, consoles, seconds, hangs=hangs)
            for name, (start, end) in stretches.items():
                rates[name].append(len(seen.between(start, end, since)) / (end - start))
    for name in stretches:
        yield Finding(
            "G10",
            f"{consoles.name}, 100ms, {name}: beside a hanging integration ÷ alone",
            per_second(beside[name]),
            per_second(alone[name]),
            median(beside[name]) / median(alone[name]),
            at_least(0.95),
        )


def _healthy(
    measurement: Measurement, consoles: Consoles, seconds: int, *, hangs: bool
) -> tuple[Seen, float]:
    """Return what the healthy gateway saw, and when the first request came to either of them."""
    gateway, tally, other = (
        measurement.gateway,
        measurement.gateway.new_tally(),
        measurement.gateway.new_tally(),
    )
    with consoles.console() as console:
        if hangs:  # launched first, so that it is first in line as well
            console.queue(2_000, gateway.port, other, how="hang")
        console.queue(seconds * IN_FLIGHT * 10 + 1_000, gateway.port, tally, how="100ms")
        sender = console.start_sender()
        until(lambda: gateway.count(tally) or gateway.count(other), "the sender has begun")
        time.sleep(seconds)
        sender.kill()
        seen = gateway.seen(tally)
        return seen, min([*seen.times[:1], *gateway.seen(other).times[:1]])
