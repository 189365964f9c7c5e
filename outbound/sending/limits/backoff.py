"""When to try again what was certainly not sent (design/sending.md, "Backoff")."""

from __future__ import annotations

import random
from datetime import timedelta

MAX_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)


def next_wait(failed_tries: int, rng: random.Random, *, most_tries: int | None = None) -> timedelta | None:
    """Return how long to wait after that many failed tries, or None to give up (after `most_tries`).

    Full jitter: anything from nothing to the ceiling, so that a thousand messages that failed
    together do not come back together.
    """
    if failed_tries >= (most_tries or MAX_TRIES):
        return None
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed_tries - 1))
    return ceiling * rng.random()
