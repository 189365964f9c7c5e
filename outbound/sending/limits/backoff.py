"""How long a message that was certainly not sent waits for its next try."""

from __future__ import annotations

import random
from datetime import timedelta

MAX_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)


def next_wait(failed_tries: int, rng: random.Random, *, most_tries: int | None = None) -> timedelta | None:
    """Return how long to wait after `failed_tries`, or None to give up after `most_tries`.

    Exponential with full jitter, so that messages that failed together are not tried again together:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    if failed_tries >= (most_tries or MAX_TRIES):
        return None
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed_tries - 1))
    return ceiling * rng.random()
