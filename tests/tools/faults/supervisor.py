"""A supervisor that starts a worker again whenever it ends."""

from __future__ import annotations

import re
import subprocess
from itertools import count

from tests.installation import Installation, members, until

_numbers = count(1)


class Worker:
    """`manage.py worker`, started again whenever it has ended; `environment` is for it alone."""

    def __init__(self, installation: Installation, **environment: str) -> None:
        self._installation = installation
        self._environment = environment
        self._log = f"worker{next(_numbers)}.log"
        self.endings: list[int] = []
        self.process = self._start()

    def tend(self) -> None:
        """Start it anew if it has ended, and note with which status."""
        status = self.process.poll()
        if status is not None:
            self.endings.append(status)
            self.process = self._start()

    def wait_until_it_runs(self, seconds: float = 30) -> None:
        """Wait until the cluster that runs now has a process that takes tasks."""
        until(lambda: self.leader() and self.pump(), "the cluster runs", seconds)

    @property
    def log(self) -> str:
        return self._installation.log(self._log)

    def leader(self) -> int | None:
        """Return the cluster's main process, which the command starts in a group of its own."""
        found = children(self.process.pid)
        return found[0] if found else None

    def group(self) -> list[int]:
        """Return every process of it: the command and its cluster."""
        leader = self.leader()
        return [self.process.pid, *(members(leader) if leader else [])]

    def pump(self) -> int | None:
        """Return the process that runs the tasks, idle or at work."""
        return self.said("ready for work at")

    def guard(self) -> int | None:
        """Return the process that starts the cluster's others anew when they die."""
        leader = self.leader()
        return next(iter(children(leader)), None) if leader else None

    def said(self, what: str) -> int | None:
        """Return the running process that said so of itself at its start."""
        pids = [int(pid) for pid in re.findall(rf"{what} (\d+)", self.log)]
        running = set(self.group())
        return next((pid for pid in reversed(pids) if pid in running), None)

    def _start(self) -> subprocess.Popen[bytes]:
        return self._installation.start("worker", log=self._log, **self._environment)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []
