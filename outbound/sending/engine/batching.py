"""How often a sender writes: so seldom that many rows go at once, so often that no thread runs dry."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

SHORTEST_GATHER_SECONDS = 0.002
LONGEST_GATHER_SECONDS = 0.1
# The part of the rows that stand ready which may be used up before the next transaction has to be done.
GOOD_PART = 0.92
SMOOTHING = 0.2
# The least time between two transactions: others have to get their turn to write, above all in SQLite,
# where whoever waits only looks now and then. Where rows are scarce a trickle is not worth an fsync each.
BREATH_SECONDS = 0.005
TRICKLE_SECONDS = 0.025
# Where answers take long they come in waves: whoever waits this part of the time longer writes the whole wave
# at once.
WAVE_PART, LONGEST_WAVE_SECONDS = 0.2, 0.025
SLOW_SECONDS = 0.03


class Rhythm:
    """Measures how fast answers come and how long a transaction takes, and says how long to wait."""

    def __init__(self) -> None:
        self.is_scarce = False
        self._interval = SHORTEST_GATHER_SECONDS
        self._took = self._lasts = 0.0
        self._rate = 0.0  # of answers a second, in the busiest lane
        self._last = 0.0

    def beat(self, began_at: float, lanes: Iterable[int], ready: int) -> None:
        """Take in a transaction that began at `began_at` and is over; `lanes` names that of each answer.

        `ready` is how many rows stand ready in a lane while its requests are under way.
        """
        now = time.monotonic()
        took, cycle, self._last = now - began_at, now - self._last, now
        # Smoothed, because answers come in waves where many requests began together.
        self._took += SMOOTHING * (took - self._took)
        self._rate += SMOOTHING * (max(Counter(lanes).values(), default=0) / cycle - self._rate)
        self._lasts = ready / max(self._rate, 1.0)
        wanted = GOOD_PART * self._lasts - 1.5 * self._took
        self._interval = min(LONGEST_GATHER_SECONDS, max(SHORTEST_GATHER_SECONDS, wanted))

    def gather_seconds(self, until_claim: float | None) -> float:
        """Return how long answers may gather, if no thread runs dry; `until_claim` is when rows may come."""
        if until_claim is None or not self.is_scarce:
            return self._interval
        return max(0.0, min(self._interval, until_claim))

    def breath_seconds(self) -> float:
        """Return how long to leave the database to others, and a wave of answers the time to come in."""
        pause = TRICKLE_SECONDS if self.is_scarce else BREATH_SECONDS
        is_slow = self._interval > SLOW_SECONDS
        wave = min(WAVE_PART * self._lasts, LONGEST_WAVE_SECONDS) if is_slow else 0.0
        return max(wave, self._last + pause - time.monotonic())
