"""G7: whether a rate limit holds with one sender and with two, measured at the gateway."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from statistics import fmean

from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import Consoles
from tests.tools.bench.table import Finding, at_most, within

# The first second holds the first wave, and is left out.
FROM, SECONDS = 1, 10


def held(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """The whole is the mean of windows that begin evenly over a second, so that no single edge decides
    whether a burst stands inside; the worst second is the fullest that begins with any request."""
    for senders in (2,) if measurement.is_quick else (1, 2):
        for pace in (200, 20):
            moments = _arrivals(measurement, consoles, pace, senders)
            starts = [moments[0] + number / 100 for number in range(100)]
            whole = fmean(_within(moments, start, SECONDS) for start in starts) / SECONDS
            worst = max(_within(moments, start, 1) for start in moments)
            what = f"{consoles.name}, {pace} a second, {senders} sender{'s' if senders > 1 else ''}"
            yield Finding(
                "G7",
                f"{what}: the whole of {SECONDS} s ÷ the pace",
                f"{whole:.1f}/s",
                f"{pace}/s",
                round(whole / pace, 2),
                within(0.97, 1.00),
            )
            yield Finding(
                "G7",
                f"{what}: the worst second ÷ the pace",
                f"{worst}",
                f"{pace}",
                worst / pace,
                at_most(1.10),
            )


def _arrivals(measurement: Measurement, consoles: Consoles, pace: int, senders: int) -> list[float]:
    gateway, tally = measurement.gateway, measurement.gateway.new_tally()
    with consoles.console() as console:
        console.queue(pace * (SECONDS + 10), gateway.port, tally, how="100ms", per_second=pace)
        running = [console.start_sender(f"worker{number}.log") for number in range(senders)]
        gateway.wait_for(tally, pace * (SECONDS + 4))
        for sender in running:
            sender.end()
        return gateway.seen(tally).between(FROM, FROM + SECONDS + 2)


def _within(moments: list[float], start: float, seconds: int) -> int:
    return bisect_left(moments, start + seconds) - bisect_left(moments, start)
