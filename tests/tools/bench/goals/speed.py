"""G1 and G2: the speed of the whole beside the wire alone, and beside one task per message."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.tools.bench.baselines.laps import both, sender_lap
from tests.tools.bench.setting import IN_FLIGHT, Setting, per_second
from tests.tools.bench.setup.consoles import Shelf
from tests.tools.bench.setup.gateway import Seen
from tests.tools.bench.table import Finding, Target, at_least


def beside_the_bare_loop(setting: Setting, shelf: Shelf) -> Iterator[Finding]:
    """G1, and the processor time that G3 asks for. The laps of the sender are long enough to see one pump
    end and the next one begin."""
    laps = {
        "100ms": (setting.of(16_000, 4_000), setting.of(4_500, 2_500), at_least(0.95)),
        "0ms": (setting.of(55_000, 15_000), setting.of(20_000, 10_000), at_least(0.80)),
    }
    for how, (messages, bare_messages, target) in laps.items():
        pairs = [
            both(setting, shelf, how, messages, bare_messages, bare_first=number % 2 == 0)
            for number in setting.repeats
        ]
        ours, bare = zip(*pairs, strict=True)
        peaks = " and ".join(str(max(lap.seen.peak for lap in laps)) for laps in (ours, bare))
        # Without latency the gateway itself never sees two at once.
        seen = "" if how == "0ms" else f" (seen: {peaks})"
        what = f"{shelf.name}, {how}, {IN_FLIGHT} in flight{seen}"
        yield _rates(
            "G1",
            f"{what}: sender ÷ bare loop",
            [lap.seen.rate() for lap in ours],
            [lap.seen.rate() for lap in bare],
            target,
        )
        cpu, bare_cpu = (median(lap.cpu_us for lap in laps) for laps in (ours, bare))
        yield Finding(
            "G3",
            f"{shelf.name}, {how}: processor time per message ÷ bare loop",
            f"{cpu:.0f} µs",
            f"{bare_cpu:.0f} µs",
            cpu / bare_cpu,
        )


def beside_one_task_each(setting: Setting, shelf: Shelf) -> Iterator[Finding]:
    """G2. Stock is django-q2's default settings; tuned has 16 processes, and no results kept."""
    rates: dict[str, list[float]] = {"sender": [], "stock": [], "tuned": []}
    for _number in setting.repeats:
        rates["sender"].append(_sender(setting, shelf, setting.of(6_400, 4_000)).rate())
        rates["stock"].append(_naive(setting, shelf, "stock", setting.of(200, 120)).rate())
        rates["tuned"].append(_naive(setting, shelf, "tuned", setting.of(1_600, 1_000)).rate())
    for kind, target in (("stock", at_least(25)), ("tuned", at_least(3.5))):
        what = f"{shelf.name}, 100ms, {IN_FLIGHT} in flight: sender ÷ a task per message, {kind}"
        yield _rates("G2", what, rates["sender"], rates[kind], target)


def _rates(goal: str, what: str, ours: list[float], others: list[float], target: Target) -> Finding:
    ratio = median(ours) / median(others)
    return Finding(goal, what, per_second(ours), per_second(others), ratio, target)


def _sender(setting: Setting, shelf: Shelf, messages: int) -> Seen:
    tally = setting.gateway.new_tally()
    with shelf.console() as console:
        console.queue(messages, setting.gateway.port, tally, how="100ms")
        return sender_lap(setting, console, tally, messages).seen


def _naive(setting: Setting, shelf: Shelf, kind: str, messages: int) -> Seen:
    tally = setting.gateway.new_tally()
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.tools.bench.baselines.task_per_message_settings",
        "NAIVE": kind,
    }
    with shelf.console(**environment) as console:
        console.queue(messages, setting.gateway.port, tally, how="100ms")
        console.drive("enqueue")
        # Our own checks refuse such a queue, and rightly so.
        console.start("qcluster", "--skip-checks", log="naive.log")
        setting.gateway.wait_for(tally, messages)
        return setting.gateway.seen(tally)
