"""G4: whether a long past and a long queue slow the sender down, and whether its memory grows."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.tools.bench.setting import Setting, per_second
from tests.tools.bench.setup.consoles import PEOPLE, Console, Shelf
from tests.tools.bench.setup.gateway import Seen
from tests.tools.bench.table import Finding, at_least, at_most

PAST = 1_000_000


def with_a_long_past(setting: Setting, shelf: Shelf) -> Iterator[Finding]:
    messages, past = setting.of(20_000, 8_000), setting.of(PAST, PAST // 10)
    old, new = [], []
    with shelf.console() as console:
        _make_past(setting, console, past)
        tally = _queue(setting, console, PEOPLE)
        for _number in setting.repeats:
            old.append(_stretch(setting, console, tally, messages))
            new.append(_fresh(setting, shelf, messages))
        yield Finding(
            "G4",
            f"{shelf.name}, 0ms: {past:,} messages of history, {PEOPLE:,} queued ÷ empty",
            per_second(old),
            per_second(new),
            median(old) / median(new),
            at_least(0.95),
        )
        yield from _memory(setting, shelf, console)


def _memory(setting: Setting, shelf: Shelf, console: Console) -> Iterator[Finding]:
    first, last = 1_000, setting.of(PEOPLE, 15_000)
    tally = _queue(setting, console, last)
    console.change(_hold_others(tally))
    sender = console.start_sender()
    setting.gateway.wait_for(tally, first)
    pump = sender.pump(setting.gateway.port)
    early = pump.memory_mb()
    setting.gateway.wait_for(tally, last)
    late, peak = pump.memory_mb(), pump.peak_mb()
    sender.end()
    yield Finding(
        "G4",
        f"{shelf.name}: peak memory of the sender, MB",
        f"{peak:.0f} MB",
        "",
        peak,
        at_most(80),
    )
    yield Finding(
        "G4",
        f"{shelf.name}: memory at message {last:,} ÷ at message {first:,}",
        f"{late:.0f} MB",
        f"{early:.0f} MB",
        late / early,
        at_most(1.1),
    )


def _make_past(setting: Setting, console: Console, past: int) -> None:
    tally = _queue(setting, console, 1)
    sender = console.start_sender()
    setting.gateway.wait_for(tally, 1)
    console.wait_until_settled()
    sender.end()
    console.drive("history", past)


def _fresh(setting: Setting, shelf: Shelf, messages: int) -> float:
    with shelf.console() as console:
        return _stretch(setting, console, _queue(setting, console, messages + 1_000), messages)


def _queue(setting: Setting, console: Console, people: int) -> str:
    tally = setting.gateway.new_tally()
    console.queue(people, setting.gateway.port, tally, how="0ms")
    return tally


def _stretch(setting: Setting, console: Console, tally: str, messages: int) -> float:
    """Send so many of what waits, and stop."""
    before = setting.gateway.count(tally)
    sender = console.start_sender()
    setting.gateway.wait_for(tally, before + messages)
    sender.end()
    seen = setting.gateway.seen(tally)
    return Seen(seen.times[before : before + messages], seen.peak).rate()


def _hold_others(tally: str) -> str:
    return f"UPDATE outbound_integration SET status = 'paused' WHERE name <> '{tally}'"
