"""Shifts the clock of a Python process by CLOCK_SHIFT seconds, with this directory on PYTHONPATH."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import time_machine

_shift = timedelta(seconds=float(os.environ.get("CLOCK_SHIFT", "0")))
time_machine.travel(datetime.now(UTC) + _shift, tick=True).start()
time.time()  # the clock ticks from its first reading on, which could else be in a forked process
