"""Retries work on a database that may be away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError

Result = TypeVar("Result")
# How long to retry after the first failure; work in progress is then left to recovery.
RETRY_SECONDS = 30.0
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.1, 2.0


def retry(work: Callable[[], Result], failed: Callable[[DatabaseError], None]) -> Result:
    """Call `work` until it succeeds, and return its result. Called twice it must have the effect of once.

    `failed` is called after each error but the last. Raises DatabaseError after RETRY_SECONDS.
    """
    deadline, pause = 0.0, MIN_PAUSE_SECONDS
    while True:
        try:
            return work()
        except DatabaseError as error:
            deadline = deadline or time.monotonic() + RETRY_SECONDS
            if time.monotonic() > deadline:
                raise
            failed(error)
        time.sleep(pause)
        pause = min(MAX_PAUSE_SECONDS, 2 * pause)
