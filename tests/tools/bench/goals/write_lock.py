"""G13: how long one transaction holds SQLite while very many rows are launched, and then cancelled.

They are timed inside the process that makes them (tests/tools/bench/setup/time_transactions.py), while
events are posted.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import count

from tests.tools.bench.goals.webhook_storm import event
from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import Consoles
from tests.tools.bench.table import Finding, at_most

PAUSE_SECONDS = 0.05


def of_the_longest(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    people = measurement.of(99_000, 20_000)
    with consoles.console() as console:
        address = f"http://127.0.0.1:{measurement.gateway.port}/zenvia"
        campaign = console.drive("compose", people, address, "0ms", measurement.gateway.new_tally())
        path, _ids = console.drive("webhook", campaign)
        port = console.start_web()
        for _each in range(20):  # until every worker of the web server has begun
            assert Posting(port, path, "warm").post() == 200
        for verb in ("launch", "cancel"):
            posting = Posting(port, path, verb)
            posting.start()
            report = console.drive(verb, campaign, module="tests.tools.bench.setup.time_transactions")
            posting.stop()
            yield from _findings(f"{consoles.name}: {verb} of {people:,}", report, posting)


def _findings(what: str, report: dict[str, float], posting: Posting) -> Iterator[Finding]:
    longest, seconds = report["longest"], f"{report['seconds']:.1f} s in all"
    yield Finding("G13", f"{what}: longest transaction", f"{longest:.3f} s", seconds, longest, at_most(0.5))
    failed = sum(number for status, number in posting.statuses.items() if status != 200)
    slowest = f"slowest of {posting.statuses.total()}: {posting.slowest:.2f} s"
    yield Finding("G13", f"{what}: events not answered with 200", f"{failed}", slowest, failed, at_most(0))


class Posting(threading.Thread):
    """Posts one event after another, with a pause between, until it is stopped."""

    def __init__(self, port: int, path: str, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._port, self._path = port, path
        self._is_over = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0

    def run(self) -> None:
        for number in count():
            started = time.perf_counter()
            self.statuses[self.post(number)] += 1
            self.slowest = max(self.slowest, time.perf_counter() - started)
            if self._is_over.wait(PAUSE_SECONDS):
                return

    def stop(self) -> None:
        self._is_over.set()
        self.join()

    def post(self, number: int = 0) -> int:
        """Post an event, and return the status of the answer."""
        body = event(f"{self.name}-{number}", "SENT")
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            return connection.getresponse().status
