"""A running worker, observed from outside: its processes, their processor time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.installation import connected_to, end, members, until

TICKS = os.sysconf("SC_CLK_TCK")


class Sender:
    """`manage.py worker`, whose cluster is a process group of its own."""

    def __init__(self, worker: subprocess.Popen[bytes]) -> None:
        self._worker = worker
        self.group = until(lambda: _child(worker.pid), "the worker has started its cluster")

    def pump(self, gateway_port: int) -> Process:
        """The one process that holds connections to the gateway."""
        pids = until(lambda: connected_to(gateway_port, self.group), "the sender is connected")
        assert len(pids) == 1, pids
        return Process(pids[0])

    def processes(self) -> list[int]:
        return members(self.group)

    def end(self) -> None:
        """Ask it to finish what is under way and to stop, as a supervisor does."""
        end(self._worker, signal.SIGTERM, seconds=60)
        self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        end(self._worker, signal.SIGKILL)
        until(lambda: not members(self.group), "the cluster is gone")


class Process:
    """One process as /proc shows it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        return self._status("VmRSS") / 1024

    def peak_mb(self) -> float:
        return self._status("VmHWM") / 1024

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _child(parent: int) -> int:
    """Return the first child of a process, or 0."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                return int(path.parent.name)
    return 0
