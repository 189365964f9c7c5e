"""How long the sender lets results gather before it writes them in one transaction.

It writes when an integration runs low on messages (Pool.reserve), and at the latest after MAX_SECONDS. Holds
at most 0.15 statements per message and 0.95 of the bare client's speed at 100 ms (`make bench`, G1 and G3).
"""

from __future__ import annotations

import time

from outbound.sending.engine.pool import Pool

MAX_SECONDS = 0.2
# The least time between two transactions, so that other writers get their turn in SQLite. Longer where few
# messages may be claimed, as at a slow pace: a disk flush for each result is not worth it.
MIN_SECONDS, MIN_SECONDS_WHEN_FEW = 0.005, 0.025


class Batching:
    """Waits between two transactions."""

    def __init__(self) -> None:
        self.are_few = False
        self._written_at = 0.0

    def written(self) -> None:
        """Note that a transaction has just ended."""
        self._written_at = time.monotonic()

    def wait(self, pool: Pool, until_claim: float | None) -> None:
        """Wait for results, at most `until_claim` seconds where more may be claimed then."""
        seconds = MAX_SECONDS if until_claim is None else min(MAX_SECONDS, max(0.0, until_claim))
        pool.wake.wait(seconds)
        pool.wake.clear()
        least = MIN_SECONDS_WHEN_FEW if self.are_few else MIN_SECONDS
        time.sleep(max(0.0, self._written_at + least - time.monotonic()))
