"""A process of django-q2 that lives and does nothing, or that died with a lock of a queue in its hand.

Whether it is noticed is a matter of progress: either messages go on, or `/healthz` says that they do not and
the worker ends, to be started anew. After SIGCONT nobody gets anything twice, and no wake-ups have piled up.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from http.client import HTTPConnection

from tests.tools.faults.registry import fault
from tests.tools.faults.stage import SLOTS, Stage
from tests.tools.faults.supervisor import Worker

SILENCE_SECONDS = 10
FROZEN_SECONDS = 3 * SILENCE_SECONDS
# The pump that runs and one that stands ready take 20 seconds each; from then on nothing moves.
NOTICED_SECONDS = 2 * 20 + SILENCE_SECONDS + 15
LONG_ENOUGH_SECONDS = 5.0
SILENCE = {"SENDER_SILENCE_SECONDS": str(SILENCE_SECONDS)}


@fault("frozen monitor", quick=0.3, **SILENCE)
def frozen_monitor(stage: Stage) -> None:
    """SIGSTOP of the process that acknowledges results: messages go on as if nothing were"""
    worker = _begin(stage)
    _freeze(stage, worker, worker.said("monitoring at"), is_noticed=False)


@fault("frozen guard", **SILENCE)
def frozen_guard(stage: Stage) -> None:
    """SIGSTOP of the process that watches the cluster's others: messages go on as if nothing were"""
    worker = _begin(stage)
    _freeze(stage, worker, worker.guard(), is_noticed=False)


@fault("frozen pusher", **SILENCE)
def frozen_pusher(stage: Stage) -> None:
    """SIGSTOP of the process that takes wake-ups: noticed, and the worker is started anew"""
    worker = _begin(stage)
    _freeze(stage, worker, worker.said("pushing tasks at"), is_noticed=True)


@fault("frozen pump", quick=0.3, **SILENCE)
def frozen_pump(stage: Stage) -> None:
    """SIGSTOP of the process that sends: noticed, and the worker is started anew"""
    worker = _begin(stage)
    stage.extra_doubts += SLOTS
    _freeze(stage, worker, worker.pump(), is_noticed=True)


@fault("locked results", **SILENCE)
def locked_results(stage: Stage) -> None:
    """kill -9 of the monitor while it waits: the lock of the queue of results stays taken, messages go on"""
    worker = _begin(stage)
    monitor = worker.said("monitoring at")
    assert monitor is not None
    stage.kill(monitor)
    stage.settle()
    _hold_to_account(stage, worker, endings=[])


def _begin(stage: Stage) -> Worker:
    """Start a send at a pace at which it outlasts the fault."""
    stage.sandbox()
    stage.installation.change("UPDATE outbound_integration SET per_second = 5")
    worker = stage.worker()
    worker.wait_until_it_runs()
    stage.send(stage.some(300))
    stage.until_requests(10)
    return worker


def _freeze(stage: Stage, worker: Worker, pid: int | None, *, is_noticed: bool) -> None:
    assert pid is not None
    web = stage.installation.start_web()
    os.kill(pid, signal.SIGSTOP)
    frozen_at = time.monotonic()
    if is_noticed:
        stage.until(lambda: _health(web)[0] == 503 or worker.endings, "/healthz says so", NOTICED_SECONDS)
        stage.until(lambda: worker.endings, "the worker has ended", NOTICED_SECONDS)
        stage.notes.append(f"noticed after {time.monotonic() - frozen_at:.0f} s")
    else:
        while time.monotonic() < frozen_at + FROZEN_SECONDS and not stage.is_settled():
            stage.until_requests(1)
            assert _health(web) == (200, "ok"), _health(web)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    stage.settle()
    _hold_to_account(stage, worker, endings=[1] if is_noticed else [])


def _hold_to_account(stage: Stage, worker: Worker, *, endings: list[int]) -> None:
    assert worker.endings == endings, f"the worker ended with {worker.endings}"
    begun = worker.log.count("processing")
    time.sleep(LONG_ENOUGH_SECONDS)  # a pile of wake-ups would run off now, one after the other
    more = worker.log.count("processing") - begun
    assert more <= 3, f"{more} wake-ups ran off afterwards"
    left = stage.installation.rows("SELECT count(*) FROM django_q_ormq")[0][0]
    assert left <= 1, f"{left} wake-ups are left"
    assert not stage.statuses()["queued"]


def _health(port: int) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode().strip()
    finally:
        connection.close()
