"""Guards of the worker: wake-ups, heartbeat and alarms."""

from __future__ import annotations

from tests.tools.mutants.guards import Mutant

OF_WORKER = [
    Mutant(
        "a sign of life is progress",
        "outbound/sending/engine/transactions.py",
        "if self._is_working and is_moving():",
        "if self._is_working:",
        "tests/sending/sender/test_sender_stuck.py",
    ),
    Mutant(
        "the worker looks at the rows by itself",
        "outbound/brokers/polling.py",
        " or _is_due()",
        "",
        "tests/brokers/test_polling.py",
    ),
    Mutant(
        "wake-ups that wait are taken together",
        "outbound/brokers/database.py",
        "waiting.delete()[0]",
        "waiting.first().delete()[0]",
        "tests/brokers/test_polling.py",
    ),
    Mutant(
        "a Redis that hangs holds nobody up",
        "outbound/brokers/timeout.py",
        "outcome.get(timeout=seconds)",
        "outcome.get()",
        "tests/brokers/test_without_redis.py",
    ),
    Mutant(
        "events that nobody takes in are missed",
        "outbound/sending/heartbeat.py",
        "return INTAKE if has_events and not intake else",
        "return INTAKE if False else",
        "tests/sending/test_heartbeat.py",
    ),
]
