"""A bound on waiting for Redis, whatever a call hangs on: name resolution knows no timeout of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue


def failure_within(seconds: float, do: Callable[[], object]) -> str:
    """Do something in a thread and return how it failed, or ""; wait no longer than `seconds`."""
    outcome: SimpleQueue[str] = SimpleQueue()

    def work() -> None:
        try:
            do()
            outcome.put("")
        except Exception as error:  # noqa: BLE001 - whatever it is, no wake-up got through
            outcome.put(name_of(error))

    threading.Thread(target=work, daemon=True).start()
    try:
        return outcome.get(timeout=seconds)
    except Empty:
        return "no answer in time"


def name_of(error: Exception) -> str:
    """Return the kind of an error and Redis' own code for it: the rest of its words may hold a password."""
    code = str(error).partition(" ")[0]
    return f"{type(error).__name__} {code}" if code.isupper() else type(error).__name__
