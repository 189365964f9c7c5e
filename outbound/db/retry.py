"""Work on a database that may be away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError

Result = TypeVar("Result")
# How long a database is waited for after a first failure; what is in hand is then left to recovery.
RETRY_SECONDS = 30.0
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 2.0


def patiently(work: Callable[[], Result], failed: Callable[[DatabaseError], None]) -> Result:
    """Do `work`, again where the database was away: a second time it must change nothing.

    `failed` is called after each failure but the last, which is raised.
    """
    deadline, pause = 0.0, SHORTEST_PAUSE_SECONDS
    while True:
        try:
            return work()
        except DatabaseError as error:
            deadline = deadline or time.monotonic() + RETRY_SECONDS
            if time.monotonic() > deadline:
                raise
            failed(error)
        time.sleep(pause)
        pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
