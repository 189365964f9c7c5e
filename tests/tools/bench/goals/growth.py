"""G4: speed and memory of the sender with a long history and a long queue."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.tools.bench.measurement import Measurement, per_second
from tests.tools.bench.setup.consoles import PEOPLE, Console, Consoles
from tests.tools.bench.setup.gateway import Seen
from tests.tools.bench.table import Finding, at_least, at_most

PAST = 1_000_000


def with_a_long_past(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    messages, past = measurement.of(20_000, 8_000), measurement.of(PAST, PAST // 10)
    old, new = [], []
    with consoles.console() as console:
        _make_past(measurement, console, past)
        tally = _queue(measurement, console, PEOPLE)
        for _number in measurement.repeats:
            old.append(_stretch(measurement, console, tally, messages))
            new.append(_fresh(measurement, consoles, messages))
        yield Finding(
            "G4",
            f"{consoles.name}, 0ms: {past:,} messages of history, {PEOPLE:,} queued ÷ empty",
            per_second(old),
            per_second(new),
            median(old) / median(new),
            at_least(0.95),
        )
        yield from _memory(measurement, consoles, console)


def _memory(measurement: Measurement, consoles: Consoles, console: Console) -> Iterator[Finding]:
    first, last = 1_000, measurement.of(PEOPLE, 15_000)
    tally = _queue(measurement, console, last)
    console.change(_hold_others(tally))
    sender = console.start_sender()
    measurement.gateway.wait_for(tally, first)
    pump = sender.pump(measurement.gateway.port)
    early = pump.memory_mb()
    measurement.gateway.wait_for(tally, last)
    late, peak = pump.memory_mb(), pump.peak_mb()
    sender.end()
    yield Finding(
        "G4",
        f"{consoles.name}: peak memory of the sender, MB",
        f"{peak:.0f} MB",
        "",
        peak,
        at_most(80),
    )
    yield Finding(
        "G4",
        f"{consoles.name}: memory at message {last:,} ÷ at message {first:,}",
        f"{late:.0f} MB",
        f"{early:.0f} MB",
        late / early,
        at_most(1.1),
    )


def _make_past(measurement: Measurement, console: Console, past: int) -> None:
    tally = _queue(measurement, console, 1)
    sender = console.start_sender()
    measurement.gateway.wait_for(tally, 1)
    console.wait_until_settled()
    sender.end()
    console.drive("history", past)


def _fresh(measurement: Measurement, consoles: Consoles, messages: int) -> float:
    with consoles.console() as console:
        return _stretch(measurement, console, _queue(measurement, console, messages + 1_000), messages)


def _queue(measurement: Measurement, console: Console, people: int) -> str:
    tally = measurement.gateway.new_tally()
    console.queue(people, measurement.gateway.port, tally, how="0ms")
    return tally


def _stretch(measurement: Measurement, console: Console, tally: str, messages: int) -> float:
    """Send so many of what waits, and stop."""
    before = measurement.gateway.count(tally)
    sender = console.start_sender()
    measurement.gateway.wait_for(tally, before + messages)
    sender.end()
    seen = measurement.gateway.seen(tally)
    return Seen(seen.times[before : before + messages], seen.peak).rate()


def _hold_others(tally: str) -> str:
    return f"UPDATE outbound_integration SET status = 'paused' WHERE name <> '{tally}'"
