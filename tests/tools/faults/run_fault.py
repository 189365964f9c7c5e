"""Run one fault scenario on one database and report its result."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests import limits
from tests.copies import Copies
from tests.tools.faults import servers
from tests.tools.faults.registry import Fault
from tests.tools.faults.stage import LEASE_SECONDS, SLOTS, Stage
from tests.tools.faults.table import Result

SMALL_DISK_MEGABYTES = 12


def run_fault(fault: Fault, copies: Copies, database: str, *, seed: int, factor: float = 1.0) -> Result:
    """Make an installation, play the scenario, settle, and compare the ledger with the database."""
    result = Result(fault.name, database)
    if missing := _missing(fault):
        result.skipped = missing
        return result
    started = time.monotonic()
    with _own_servers(fault, copies) as (mine, server):
        environment = {"SENDER_SLOTS": str(SLOTS), "SENDER_LEASE_SECONDS": str(LEASE_SECONDS)}
        environment |= {"REDIS_URL": server.url} if fault.needs == "redis" else {}
        installation = mine.make(**(environment | fault.environment))
        stage = Stage(installation, random.Random(f"{seed} {fault.name}"), factor)
        stage.server = server
        try:
            fault.play(stage)
        except AssertionError as error:
            result.wrong.append(str(error) or "an expectation of the scenario does not hold")
        except Exception as error:  # one scenario that breaks must not end the others
            result.wrong.append(f"{type(error).__name__}: {error}")
        _account(stage, result)
        installation.stop()
    result.seconds = time.monotonic() - started
    return result


def _account(stage: Stage, result: Result) -> None:
    try:
        result.findings = stage.account()
    except Exception as error:
        result.wrong.append(f"no account could be made: {type(error).__name__}: {error}")
    result.wrong += result.findings.breaches
    result.messages, result.kills, result.notes = stage.people, stage.kills, stage.notes
    if result.wrong:
        states = stage.installation.rows("SELECT status, status_reason FROM outbound_integration")
        left = f"integrations {states}, messages {dict(stage.statuses())}"
        result.notes = [*result.notes, left, f"its files are in {stage.installation.directory}"]


@contextmanager
def _own_servers(fault: Fault, copies: Copies) -> Iterator[tuple[Copies, Any]]:
    if fault.needs == "postgres":
        with servers.postgres() as server:
            mine = Copies(copies.directory, server.url)
            try:
                yield mine, server
            finally:
                mine.close()
    elif fault.needs == "redis":
        with servers.redis() as server:
            yield copies, server
    elif fault.needs == "mount":
        directory = copies.directory / "small"
        directory.mkdir(parents=True)
        with limits.small_disk(directory, SMALL_DISK_MEGABYTES):
            yield Copies(directory), directory
    else:
        yield copies, None


def _missing(fault: Fault) -> str:
    if fault.needs == "postgres" and not servers.has_postgres():
        return "needs the programs of a PostgreSQL server"
    if fault.needs == "redis" and not servers.has_redis():
        return "needs redis-server"
    if fault.needs == "mount" and not limits.can_mount():
        return "needs a user who may mount a small disk"
    return ""
