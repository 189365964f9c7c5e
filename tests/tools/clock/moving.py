"""Run everything under another clock: `TEST_CLOCK=2028-02-29T00:30-03:00 make test`.

The clock goes on from there, in this process and in each Python process that it starts. PostgreSQL, Redis and
Chromium keep the clock of the machine.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

WRONG_CLOCK = Path(__file__).parents[1] / "faults" / "clock"


def follow(environment: dict[str, str] | os._Environ[str] = os.environ) -> None:
    """Move to TEST_CLOCK where it is set; a process that was started moved is there already."""
    moment = environment.get("TEST_CLOCK")
    if not moment or "CLOCK_SHIFT" in environment:
        return
    shift = datetime.fromisoformat(moment) - datetime.now(UTC)
    environment["CLOCK_SHIFT"] = str(shift / timedelta(seconds=1))
    environment["PYTHONPATH"] = os.pathsep.join([str(WRONG_CLOCK), environment.get("PYTHONPATH", "")])
    time_machine.travel(datetime.now(UTC) + shift, tick=True).start()
    time.time()  # the clock ticks from its first reading on, which could else be in a forked process
