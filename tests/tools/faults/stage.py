"""One installation in a fault scenario: its operator, senders, faults and final account."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.installation import Installation, end, holding, until
from tests.tools.faults.checker import Findings, examine
from tests.tools.faults.supervisor import Worker

SLOTS = 8
# So short that a lost sender's rows need not be waited for; with it, a slow call outlives its lease.
LEASE_SECONDS = 3
AS_SHIPPED = {"SENDER_LEASE_SECONDS": "90"}
SETTLED_SECONDS = 150
# What happens by itself within a minute is done this often here.
NUDGE_SECONDS = 2.0
STOPPED = "SELECT 1 FROM outbound_integration WHERE status = 'stopped'"
LEFT = """
SELECT count(*) FROM outbound_message AS message JOIN outbound_campaign AS campaign
ON campaign.id = message.campaign_id
WHERE message.status = 'sending' OR (message.status = 'queued' AND campaign.status = 'running')
"""


class Stage:
    """An installation with its sandbox, a driver and senders; `kills` and `people` are counted here.

    `factor` makes a scenario smaller or larger; `chance` is what it leaves to chance, and repeatable.
    """

    def __init__(self, installation: Installation, chance: random.Random, factor: float = 1.0) -> None:
        self.installation = installation
        self.chance = chance
        self.people = self.kills = 0
        self.extra_doubts = 0  # rows that something other than a kill may leave in doubt
        self.server: Any = None
        self._factor = factor
        self._driver: subprocess.Popen[bytes] | None = None
        self._farms: list[subprocess.Popen[bytes]] = []
        self.workers: list[Worker] = []
        self._at_last: dict[str, float] = {}
        self.nudges = True  # whether the schedule's wake-ups come sooner than each minute
        self.notes: list[str] = []

    # -- what an operator does ---------------------------------------------------------------------------

    def sandbox(self, latency_ms: int = 0) -> None:
        """Start the gateway and wait until it answers."""
        self.installation.start_sandbox(latency_ms)
        self.installation.wait_for_sandbox()

    def some(self, count: int) -> int:
        """Return how many of something this run of the scenario takes."""
        return max(1, round(count * self._factor))

    def send(self, count: int, *endings: str, **options: Any) -> int:
        """Launch a send to `count` people, and to one more for each magic ending; return its number."""
        numbers = [number(self.people + position) for position in range(count)]
        numbers += [number(self.people + count + position, ending) for position, ending in enumerate(endings)]
        self.chance.shuffle(numbers)
        campaign = self.do("send", numbers=numbers, **options)
        self.people += len(numbers)
        return int(campaign)

    def begin(self, count: int) -> int:
        """Leave the launch of a send to so many people to the workers; return its number."""
        campaign = self.do("begin", numbers=self.numbers(count))
        self.people += count
        return int(campaign)

    def numbers(self, count: int) -> list[str]:
        """Return the numbers of the next so many people."""
        return [number(self.people + position) for position in range(count)]

    def do(self, verb: str, **details: Any) -> Any:
        """Do something at the console (tests/tools/faults/driver.py) and return what came of it."""
        if self._driver is None:
            self._driver = self.installation.start_module("tests.tools.faults.driver", log="driver.log")
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps({"do": verb, **details}).encode() + b"\n")
        self._driver.stdin.flush()
        answer = json.loads(self._driver.stdout.readline() or '{"failed": "the driver has ended"}')
        assert "done" in answer, f"{verb}: {answer['failed']}"
        return answer["done"]

    def close_driver(self) -> None:
        """End the process that acts for people; the next act starts another."""
        if self._driver is not None:
            end(self._driver, signal.SIGKILL)
            self._driver = None

    def order(self, **what: Any) -> None:
        """Tell the gateway what to play (outbound/sandbox/http/control.py)."""
        self.installation.order(**what)

    # -- who sends ---------------------------------------------------------------------------------------

    def worker(self, **environment: str) -> Worker:
        """Start a supervised worker; it is started anew while this stage waits for something."""
        self.workers.append(Worker(self.installation, **environment))
        return self.workers[-1]

    def senders(self, count: int = 1, **options: Any) -> subprocess.Popen[bytes]:
        """Start senders that keep being killed (tests/tools/faults/senders.py)."""
        arguments = ["--count", str(count), "--seed", str(self.chance.randrange(1000))]
        for name, value in options.items():
            arguments += [f"--{name}", *map(str, value if isinstance(value, tuple) else (value,))]
        self._farms.append(
            self.installation.start_module("tests.tools.faults.senders", *arguments, log="senders.log")
        )
        return self._farms[-1]

    def at_work(self) -> list[int]:
        """Return the processes that are talking to the gateway."""
        return holding(self.installation.port, self.installation.processes())

    # -- what is done to it ------------------------------------------------------------------------------

    def kill(self, *pids: int) -> None:
        """Kill processes outright; all of them together can leave one sender's slots in doubt."""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.kills += 1

    def until(self, what: Callable[[], Any], name: str, seconds: float = 60) -> Any:
        """Wait for an event, while supervisors and the schedule do what is theirs."""

        def looked() -> Any:
            for worker in self.workers:
                worker.tend()
            if self.workers and self.nudges:
                self.do_now_and_then("wake")
            return what()

        return until(looked, name, seconds)

    def do_now_and_then(self, verb: str) -> None:
        """Do something at the console, unless the last time is not long ago."""
        if time.monotonic() > self._at_last.get(verb, 0.0) + NUDGE_SECONDS:
            self.do(verb)
            self._at_last[verb] = time.monotonic()

    def until_requests(self, more: int) -> None:
        """Wait until the gateway has read that many requests more."""
        least = self.installation.requests() + more
        self.until(lambda: self.installation.requests() >= least or self._may_rest(), "requests")

    def is_settled(self) -> bool:
        return not self.installation.rows(LEFT)[0][0]

    def _may_rest(self) -> bool:
        assert not self.installation.rows(STOPPED), "the integration has stopped"
        return self.is_settled()

    def settle(self, seconds: float = SETTLED_SECONDS) -> None:
        """Wait until nothing is under way, and nothing waits that may go; nobody resumes an integration."""
        self.until(self._may_rest, "everything is settled", seconds)

    def resume_until_settled(self, seconds: float = SETTLED_SECONDS) -> None:
        """Wait until nothing is under way; a person resumes the integration whenever it stops."""

        def resumed() -> bool:
            if self.installation.rows(STOPPED):
                self.do("resume_integration")
            return self.is_settled()

        self.until(resumed, "everything is settled", seconds)

    def stop_senders(self) -> None:
        """Ask everything that sends to finish, and wait for it; count who was killed before."""
        for farm in self._farms:
            said, _none = farm.communicate(timeout=60)
            self.kills += said.count(b"killed")
        self._farms.clear()
        for worker in self.workers:
            end(worker.process, signal.SIGTERM, seconds=60)
        self.workers.clear()

    # -- the account -------------------------------------------------------------------------------------

    def statuses(self) -> Counter[str]:
        found = self.installation.rows("SELECT status, count(*) FROM outbound_message GROUP BY status")
        return Counter(dict(found))

    def account(self) -> Findings:
        """Stop everything, and hold what is left against the promise."""
        self.stop_senders()
        found = examine(self.installation, self.people)
        found.bound = self.kills * SLOTS + self.extra_doubts + found.injected
        found.add(max(0, found.statuses["unconfirmed"] - found.bound), "in doubt without a reason")
        return found


def number(position: int, ending: str = "") -> str:
    """Return the number of the so-manieth person; only with an `ending` is it a magic one."""
    block, rest = divmod(position, 5000)
    return f"119{position:04}{ending}" if ending else f"119{block:04}{5000 + rest}"
