"""One lap each: the whole sender, and the bare loop of the same client over the same bodies."""

from __future__ import annotations

from dataclasses import dataclass

from tests.tools.bench.setting import IN_FLIGHT, Setting
from tests.tools.bench.setup.consoles import Console, Shelf
from tests.tools.bench.setup.gateway import Seen


@dataclass(frozen=True)
class Lap:
    """What came in at the gateway, and the processor time a message took in the posting process."""

    seen: Seen
    cpu_us: float


def sender_lap(setting: Setting, console: Console, tally: str, messages: int) -> Lap:
    """Send all that waits through a worker, and make sure that all was sent and recorded."""
    gateway = setting.gateway
    sender = console.start_sender()
    gateway.wait_for(tally, messages // 10)
    pump = sender.pump(gateway.port)
    cpu, count = pump.cpu_seconds(), gateway.count(tally)
    gateway.wait_for(tally, messages * 9 // 10)
    cpu, count = pump.cpu_seconds() - cpu, gateway.count(tally) - count
    gateway.wait_for(tally, messages)
    console.wait_until_settled()
    sender.end()
    return Lap(gateway.seen(tally), cpu / count * 1e6)


def bare_lap(setting: Setting, console: Console, messages: int, how: str) -> Lap:
    """Post the bodies of the console's queue, with as many requests in flight as the sender has."""
    tally = setting.gateway.new_tally()
    address = f"http://127.0.0.1:{setting.gateway.port}/zenvia/{how}/{tally}"
    cpu = console.drive(address, IN_FLIGHT, messages, module="tests.tools.bench.baselines.bare_client")
    return Lap(setting.gateway.seen(tally), cpu / messages * 1e6)


def both(
    setting: Setting, shelf: Shelf, how: str, messages: int, bare_messages: int, *, bare_first: bool
) -> tuple[Lap, Lap]:
    """Return the sender's lap and the bare loop's, in a console of their own."""
    tally = setting.gateway.new_tally()
    with shelf.console() as console:
        console.queue(messages, setting.gateway.port, tally, how=how)
        bare = bare_lap(setting, console, bare_messages, how) if bare_first else None
        ours = sender_lap(setting, console, tally, messages)
        console.assert_all_accepted(messages)
        return ours, bare or bare_lap(setting, console, bare_messages, how)
