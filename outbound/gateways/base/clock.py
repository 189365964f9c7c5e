"""A clock for deadlines, which nobody can set."""

from __future__ import annotations

import time


def boot_clock() -> float:
    """Return seconds since some moment in the past, including the time the machine slept if it can tell."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
