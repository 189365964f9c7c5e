"""G1 and G2: speed of the sender beside the bare client, and beside one task per message."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.tools.bench.baselines.timed_runs import both, time_sender
from tests.tools.bench.measurement import IN_FLIGHT, Measurement, per_second
from tests.tools.bench.setup.consoles import Consoles
from tests.tools.bench.setup.gateway import Seen
from tests.tools.bench.table import Finding, Target, at_least


def beside_the_bare_loop(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """G1, and the processor time that G3 asks for. The runs of the sender are long enough to see one pump
    end and the next one begin."""
    runs = {
        "100ms": (measurement.of(16_000, 4_000), measurement.of(4_500, 2_500), at_least(0.95)),
        "20ms": (measurement.of(40_000, 10_000), measurement.of(15_000, 8_000), at_least(0.90)),
        "0ms": (measurement.of(55_000, 15_000), measurement.of(20_000, 10_000), None),
    }
    for how, (messages, bare_messages, target) in runs.items():
        pairs = [
            both(measurement, consoles, how, messages, bare_messages, bare_first=number % 2 == 0)
            for number in measurement.repeats
        ]
        ours, bare = zip(*pairs, strict=True)
        peaks = " and ".join(str(max(run.seen.peak for run in runs)) for runs in (ours, bare))
        # Without latency the gateway itself never sees two at once.
        seen = "" if how == "0ms" else f" (seen: {peaks})"
        what = f"{consoles.name}, {how}, {IN_FLIGHT} in flight{seen}"
        yield _rates(
            "G1",
            f"{what}: sender ÷ bare loop",
            [run.seen.rate() for run in ours],
            [run.seen.rate() for run in bare],
            target,
        )
        cpu, bare_cpu = (median(run.cpu_us for run in runs) for runs in (ours, bare))
        yield Finding(
            "G3",
            f"{consoles.name}, {how}: processor time per message ÷ bare loop",
            f"{cpu:.0f} µs",
            f"{bare_cpu:.0f} µs",
            cpu / bare_cpu,
        )


def beside_one_task_each(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """G2. Stock is django-q2's default settings; tuned has 16 processes, and no results kept."""
    rates: dict[str, list[float]] = {"sender": [], "stock": [], "tuned": []}
    for _number in measurement.repeats:
        rates["sender"].append(_sender(measurement, consoles, measurement.of(6_400, 4_000)).rate())
        rates["stock"].append(_naive(measurement, consoles, "stock", measurement.of(200, 120)).rate())
        rates["tuned"].append(_naive(measurement, consoles, "tuned", measurement.of(1_600, 1_000)).rate())
    for kind, target in (("stock", at_least(25)), ("tuned", at_least(3.5))):
        what = f"{consoles.name}, 100ms, {IN_FLIGHT} in flight: sender ÷ a task per message, {kind}"
        yield _rates("G2", what, rates["sender"], rates[kind], target)


def _rates(goal: str, what: str, ours: list[float], others: list[float], target: Target | None) -> Finding:
    ratio = median(ours) / median(others)
    return Finding(goal, what, per_second(ours), per_second(others), ratio, target)


def _sender(measurement: Measurement, consoles: Consoles, messages: int) -> Seen:
    tally = measurement.gateway.new_tally()
    with consoles.console() as console:
        console.queue(messages, measurement.gateway.port, tally, how="100ms")
        return time_sender(measurement, console, tally, messages).seen


def _naive(measurement: Measurement, consoles: Consoles, kind: str, messages: int) -> Seen:
    tally = measurement.gateway.new_tally()
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.tools.bench.baselines.task_per_message_settings",
        "NAIVE": kind,
    }
    with consoles.console(**environment) as console:
        console.queue(messages, measurement.gateway.port, tally, how="100ms")
        console.drive("enqueue")
        # Our own checks refuse such a queue, and rightly so.
        console.start("qcluster", "--skip-checks", log="naive.log")
        measurement.gateway.wait_for(tally, messages)
        return measurement.gateway.seen(tally)
