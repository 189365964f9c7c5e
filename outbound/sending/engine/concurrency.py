"""How many requests at once are of use: all that may be, unless the processor is what they wait for.

Where a gateway answers faster than this process can read, further threads only queue for the interpreter:
they do no more, each message costs more, and the thread that writes to the database gets its turn late.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

LOOK_SECONDS = 0.1
# Parts of one processor. Between them nothing changes: one step down never lands below, so it holds.
BUSY, IDLE = 0.97, 0.77
STEP = 0.8


class Widths:
    """The width of each integration's lane, lowered and raised as this process's load tells."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._narrowed: dict[int, int] = {}
        self._answers: Counter[int] = Counter()
        self._looked_at, self._used = time.monotonic(), time.process_time()

    def of(self, integration_id: int) -> int:
        """Return how many requests may be under way; safe to ask from any thread."""
        return self._narrowed.get(integration_id, self._most)

    def widest(self, integration_ids: Iterable[int]) -> int:
        """Return the most that any of these lanes may have under way."""
        return max(map(self.of, set(integration_ids)), default=self._most)

    def beat(self, integration_ids: Iterable[int]) -> None:
        """Take in whose answers came, one entry each, and look at the processor now and then."""
        self._answers.update(integration_ids)
        now, used = time.monotonic(), time.process_time()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self.weigh((used - self._used) / (now - self._looked_at))
        self._answers.clear()
        self._looked_at, self._used = now, used

    def weigh(self, load: float) -> None:
        """Change widths after a stretch in which this process used `load` of one processor.

        Only the busiest lane gives way: one that waits for its gateway is not what uses the processor.
        """
        if load > BUSY and self._answers:
            ((busiest, _count),) = self._answers.most_common(1)
            self._narrowed[busiest] = max(1, int(self.of(busiest) * STEP))
        elif load < IDLE:
            wider = {pk: int(width / STEP) + 1 for pk, width in self._narrowed.items()}
            self._narrowed = {pk: width for pk, width in wider.items() if width < self._most}
