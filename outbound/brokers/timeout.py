"""Bounds the wait for Redis, also in name resolution, which has no timeout of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue


def failure_within(seconds: float, do: Callable[[], object]) -> str:
    """Call `do` in a thread and return how it failed, or ""; wait no longer than `seconds`."""
    outcome: SimpleQueue[str] = SimpleQueue()

    def work() -> None:
        try:
            do()
            outcome.put("")
        except Exception as error:  # noqa: BLE001 - any error means that no wake-up was added
            outcome.put(name_of(error))

    threading.Thread(target=work, daemon=True).start()
    try:
        return outcome.get(timeout=seconds)
    except Empty:
        return "no answer in time"


def name_of(error: Exception) -> str:
    """Return the class of an error and Redis' code for it; the rest of the text may hold a password."""
    code = str(error).partition(" ")[0]
    return f"{type(error).__name__} {code}" if code.isupper() else type(error).__name__
