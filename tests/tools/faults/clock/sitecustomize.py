"""A machine with a wrong clock: with this directory on PYTHONPATH, CLOCK_SHIFT seconds are added to it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import time_machine

_shift = timedelta(seconds=float(os.environ.get("CLOCK_SHIFT", "0")))
time_machine.travel(datetime.now(UTC) + _shift, tick=True).start()
