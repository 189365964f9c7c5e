"""Senders that keep being killed: the product's own pump, forked again and again as django-q2 forks it.

    python -m tests.tools.faults.senders --count 2 --failpoint mid_body body_sent --spread 40 --seed 7
    python -m tests.tools.faults.senders --count 2 --every 0.15 0.5 --seed 7

keeps that many senders at work. Each dies at one of the failpoints that it reaches for the n-th time, n by
chance up to `spread`; or every so often one that is talking to the gateway is killed. One line is written
for each kill. It ends when its standard input does, and then asks its senders to finish.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import time

import django
from django.conf import settings

from tests.installation import holding

# How soon a sender that found nothing to do is followed by the next, and how often all are looked at.
PAUSE_SECONDS = 0.1
LOOK_SECONDS = 0.02


class Senders:
    """The senders that run now. No connection to the database is open here, so none is shared by a fork."""

    def __init__(self, count: int, failpoints: list[str], spread: int, chance: random.Random) -> None:
        self._failpoints, self._spread, self._chance = failpoints, spread, chance
        self._due: list[float] = [0.0] * count
        self.running: set[int] = set()

    def tend(self) -> None:
        """Bury who has ended, and start others in their place."""
        while self.running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            self.running.remove(ended[0])
            killed = os.WIFSIGNALED(ended[1]) and os.WTERMSIG(ended[1]) == signal.SIGKILL
            self._due.append(time.monotonic() + (0 if killed else PAUSE_SECONDS))
            if killed:
                sys.stdout.write("killed\n")
                sys.stdout.flush()
        for moment in [moment for moment in self._due if moment <= time.monotonic()]:
            self._due.remove(moment)
            self.running.add(self._start())

    def _start(self) -> int:
        where = self._chance.choice(self._failpoints) if self._failpoints else ""
        failpoint = f"{where}:{self._chance.randint(2, self._spread)}" if where else ""
        pid = os.fork()
        if pid:
            return pid
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            _send(failpoint)
        finally:
            os._exit(1)


def _send(failpoint: str) -> None:
    from outbound.tasks import pump

    settings.FAILPOINT = failpoint
    pump()
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--failpoint", nargs="*", default=[])
    parser.add_argument("--spread", type=int, default=40)
    parser.add_argument("--every", type=float, nargs=2, metavar=("FROM", "TO"))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    django.setup()
    chance = random.Random(asked.seed)
    senders = Senders(asked.count, asked.failpoint, asked.spread, chance)
    next_kill = time.monotonic() + chance.uniform(*asked.every) if asked.every else float("inf")
    while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
        senders.tend()
        if time.monotonic() > next_kill:
            next_kill = time.monotonic() + chance.uniform(*asked.every)
            for pid in holding(settings.SANDBOX_PORT, list(senders.running))[:1]:
                os.kill(pid, signal.SIGKILL)
    for pid in senders.running:
        os.kill(pid, signal.SIGTERM)
    for pid in senders.running:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
