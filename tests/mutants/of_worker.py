"""The guards of the worker: how it is woken, and how it is missed when it does nothing."""

from __future__ import annotations

from tests.mutants.guards import SENDING, Mutant

OF_WORKER = [
    Mutant(
        "a sign of life is progress",
        f"{SENDING}/run.py",
        "if self._is_well and self._pool.moves():",
        "if self._is_well:",
        "tests/sending/test_run_stuck.py",
    ),
    Mutant(
        "the worker looks at the rows by itself",
        "outbound/wakeups/looking.py",
        " or _is_due()",
        "",
        "tests/wakeups/test_looking.py",
    ),
    Mutant(
        "wake-ups that wait are taken together",
        "outbound/wakeups/over_database.py",
        "waiting.delete()[0]",
        "waiting.first().delete()[0]",
        "tests/wakeups/test_looking.py",
    ),
    Mutant(
        "a Redis that hangs holds nobody up",
        "outbound/wakeups/patience.py",
        "outcome.get(timeout=seconds)",
        "outcome.get()",
        "tests/wakeups/test_without_redis.py",
    ),
    Mutant(
        "events that nobody takes in are missed",
        "outbound/heartbeat.py",
        "return INTAKE if has_events and not intake else",
        "return INTAKE if False else",
        "tests/test_heartbeat.py",
    ),
]
