"""One timed run of the whole sender, and one of the bare client over the same bodies."""

from __future__ import annotations

from dataclasses import dataclass

from tests.tools.bench.measurement import IN_FLIGHT, Measurement
from tests.tools.bench.setup.consoles import Console, Consoles
from tests.tools.bench.setup.gateway import Seen


@dataclass(frozen=True)
class TimedRun:
    """What came in at the gateway, and the processor time a message took in the posting process."""

    seen: Seen
    cpu_us: float


def time_sender(measurement: Measurement, console: Console, tally: str, messages: int) -> TimedRun:
    """Send all that waits through a worker, and make sure that all was sent and recorded."""
    gateway = measurement.gateway
    sender = console.start_sender()
    gateway.wait_for(tally, messages // 10)
    pump = sender.pump(gateway.port)
    cpu, count = pump.cpu_seconds(), gateway.count(tally)
    gateway.wait_for(tally, messages * 9 // 10)
    cpu, count = pump.cpu_seconds() - cpu, gateway.count(tally) - count
    gateway.wait_for(tally, messages)
    console.wait_until_settled()
    sender.end()
    return TimedRun(gateway.seen(tally), cpu / count * 1e6)


def time_bare_client(measurement: Measurement, console: Console, messages: int, how: str) -> TimedRun:
    """Post the bodies of the console's queue, with as many requests in flight as the sender has."""
    tally = measurement.gateway.new_tally()
    address = f"http://127.0.0.1:{measurement.gateway.port}/zenvia/{how}/{tally}"
    cpu = console.drive(address, IN_FLIGHT, messages, module="tests.tools.bench.baselines.bare_client")
    return TimedRun(measurement.gateway.seen(tally), cpu / messages * 1e6)


def both(
    measurement: Measurement,
    consoles: Consoles,
    how: str,
    messages: int,
    bare_messages: int,
    *,
    bare_first: bool,
) -> tuple[TimedRun, TimedRun]:
    """Return the sender's run and the bare loop's, in a console of their own."""
    tally = measurement.gateway.new_tally()
    with consoles.console() as console:
        console.queue(messages, measurement.gateway.port, tally, how=how)
        bare = time_bare_client(measurement, console, bare_messages, how) if bare_first else None
        ours = time_sender(measurement, console, tally, messages)
        console.assert_all_accepted(messages)
        return ours, bare or time_bare_client(measurement, console, bare_messages, how)
