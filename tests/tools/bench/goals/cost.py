"""G3: SQL statements and queue rows per message; G1 reports the processor time."""

from __future__ import annotations

from collections.abc import Iterator

from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup import count_statements
from tests.tools.bench.setup.consoles import Console, Consoles
from tests.tools.bench.table import Finding, at_most

QUEUED_TASKS = {
    "SQLite": "SELECT seq FROM sqlite_sequence WHERE name = 'django_q_ormq'",
    "PostgreSQL": "SELECT last_value FROM django_q_ormq_id_seq",
}


def of_one_message(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    for how, messages in (("100ms", measurement.of(8_000, 4_000)), ("0ms", measurement.of(20_000, 10_000))):
        yield from _statements_and_rows(measurement, consoles, how, messages)


def _statements_and_rows(
    measurement: Measurement, consoles: Consoles, how: str, messages: int
) -> Iterator[Finding]:
    gateway = measurement.gateway
    tally = gateway.new_tally()
    with consoles.console(
        DJANGO_SETTINGS_MODULE="tests.tools.bench.setup.count_statements_settings"
    ) as console:
        console.queue(messages, gateway.port, tally, how=how)
        queued_before = _queue_rows(console, consoles.name)
        sender = console.start_sender()
        gateway.wait_for(tally, messages)
        console.wait_until_settled()
        pump = max(sender.processes(), key=lambda pid: count_statements.count_in(console.directory, pid))
        of_pump = count_statements.count_in(console.directory, pump)
        of_all = sum(count_statements.count_in(console.directory, pid) for pid in sender.processes())
        sender.end()
        console.assert_all_accepted(messages)
        # The wake-up of the launch itself was there before.
        rows = 1 + _queue_rows(console, consoles.name) - queued_before
    yield Finding(
        "G3",
        f"{consoles.name}, {how}: SQL statements per message, BEGIN and COMMIT included",
        f"{of_pump:,} / {messages:,}",
        f"whole cluster {of_all:,}",
        of_pump / messages,
        at_most(0.15),
    )
    yield Finding(
        "G3",
        f"{consoles.name}, {how}: rows of django-q2 per message",
        f"{rows} / {messages:,}",
        "",
        rows / messages,
        at_most(0.001),
    )


def _queue_rows(console: Console, database: str) -> int:
    """Rows that django-q2 ever wrote: tasks in the queue, and results."""
    ((queued,),) = console.rows(QUEUED_TASKS[database]) or [(0,)]
    ((results,),) = console.rows("SELECT count(*) FROM django_q_task")
    return int(queued) + int(results)
