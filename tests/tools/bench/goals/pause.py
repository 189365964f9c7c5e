"""G9: requests that still go out after a pause."""

from __future__ import annotations

from collections.abc import Iterator

from tests.installation import until
from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import SLOTS, Consoles
from tests.tools.bench.table import Finding, at_most


def at_full_speed(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """The worst of all runs counts: a pause is a promise and not a speed."""
    for how, messages in (("100ms", 6_000), ("0ms", 40_000)):
        runs = [_run(measurement, consoles, how, messages) for _number in measurement.repeats]
        most, longest = max(late for late, _seconds in runs), max(seconds for _late, seconds in runs)
        yield Finding(
            "G9",
            f"{consoles.name}, {how}: requests after the pause, beside in flight + one claim",
            f"{most}",
            f"{SLOTS}",
            most,
            at_most(SLOTS),
        )
        yield Finding(
            "G9",
            f"{consoles.name}, {how}: seconds from asking for it to the last request",
            f"{longest:.2f} s",
            "",
            longest,
            at_most(1.0),
        )


def _run(measurement: Measurement, consoles: Consoles, how: str, messages: int) -> tuple[int, float]:
    """Return how many requests came after the pause was committed, and how long after it was asked for the
    last one came."""
    gateway, tally = measurement.gateway, measurement.gateway.new_tally()
    with consoles.console() as console:
        campaign = console.queue(messages, gateway.port, tally, how=how)
        sender = console.start_sender()
        gateway.wait_for(tally, messages // 10)
        asked, committed = console.drive("pause", campaign)
        under_way = "SELECT id FROM outbound_message WHERE status = 'sending' LIMIT 1"
        until(lambda: not console.rows(under_way), "nothing is under way")
        waiting = console.rows("SELECT count(*) FROM outbound_message WHERE status = 'queued'")
        assert waiting != [(0,)], "all was sent before the pause"
        sender.end()
        times = gateway.seen(tally).times
        assert any(asked - 0.5 < moment < asked for moment in times), "nothing was going on before the pause"
        return sum(moment > committed for moment in times), max(times) - asked
