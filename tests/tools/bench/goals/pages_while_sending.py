"""G11: time of the history page while messages are sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from statistics import median, quantiles

from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import PEOPLE, Consoles
from tests.tools.bench.table import Finding, at_most

PAGE = "/admin/outbound/message/"
PAUSE_SECONDS = 0.02


def while_sending(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    idle, busy, failed = [], [], 0
    for _number in measurement.repeats:
        calm, sending, bad = _visit(measurement, consoles)
        idle.append(calm)
        busy.append(sending)
        failed += bad
    yield Finding(
        "G11",
        f"{consoles.name}, 0ms: history page, 95th percentile while sending ÷ idle",
        f"{median(busy):.0f} ms",
        f"{median(idle):.0f} ms",
        median(busy) / median(idle),
        at_most(2.0),
    )
    yield Finding("G11", f"{consoles.name}, 0ms: answers other than 200", f"{failed}", "", failed, at_most(0))


def _visit(measurement: Measurement, consoles: Consoles) -> tuple[float, float, int]:
    """Return the 95th percentile idle and while sending, and how many visits failed."""
    gateway, tally = measurement.gateway, measurement.gateway.new_tally()
    visits = measurement.of(120, 60)
    with consoles.console() as console:
        console.queue(PEOPLE, gateway.port, tally, how="0ms")
        port, cookie = console.start_web(), f"sessionid={console.drive('session')}"
        _get(port, cookie, 20)
        calm, bad_before = _get(port, cookie, visits)
        sender = console.start_sender()
        gateway.wait_for(tally, 500)
        sending, bad = _get(port, cookie, visits)
        assert gateway.count(tally) < PEOPLE, "all was sent before the last visit"
        sender.kill()
        return calm, sending, bad_before + bad


def _get(port: int, cookie: str, visits: int) -> tuple[float, int]:
    """Return the 95th percentile of so many visits, in milliseconds, and how many failed."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    seconds, failed = [], 0
    for _number in range(visits):
        started = time.perf_counter()
        connection.request("GET", PAGE, headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        seconds.append(time.perf_counter() - started)
        failed += response.status != 200
        time.sleep(PAUSE_SECONDS)
    connection.close()
    return quantiles(seconds, n=20)[-1] * 1000, failed
