"""Faults of whole processes: killed, stopped, frozen, or more than one."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from tests.installation import end, holding, members
from tests.tools.faults.registry import fault
from tests.tools.faults.stage import LEASE_SECONDS, SLOTS, Stage

SILENCE_SECONDS = 4


@fault("idle worker", SENDER_SILENCE_SECONDS=str(SILENCE_SECONDS))
def idle_worker(stage: Stage) -> None:
    """kill -9 of the idle process that takes the wake-ups: the next one sends everything"""
    stage.sandbox()
    worker = stage.worker()
    worker.wait_until_it_runs()
    stage.until(lambda: not stage.installation.rows("SELECT 1 FROM django_q_ormq"), "it is idle")
    pump = worker.pump()
    assert pump is not None
    stage.kill(pump)
    stage.send(stage.some(300))
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


@fault("main process")
def main_process(stage: Stage) -> None:
    """kill -9 of the cluster's main process, whose orphans go on beside those that follow"""
    stage.sandbox(latency_ms=20)
    worker = stage.worker()
    stage.send(stage.some(1500))
    for _ in range(stage.some(4)):
        worker.wait_until_it_runs()
        stage.until_requests(100)
        leader = worker.leader()
        if stage.is_settled() or leader is None:
            break
        stage.kill(leader)
        ended = worker.process
        stage.until(lambda: ended.poll() is not None, "the worker has noticed", 60)  # noqa: B023
    stage.settle()


@fault("whole group")
def whole_group(stage: Stage) -> None:
    """kill -9 of the worker with all of its processes at once, as a lost machine"""
    stage.sandbox(latency_ms=20)
    worker = stage.worker()
    stage.send(stage.some(1500))
    for _ in range(stage.some(8)):
        stage.until_requests(stage.chance.randint(40, 120))
        if stage.is_settled():
            break
        worker.wait_until_it_runs()
        stage.kill(*worker.group())
    stage.settle()


@fault("deployment", quick=0.2)
def deployment(stage: Stage) -> None:
    """SIGTERM to the worker in the middle of a send, as in a deployment: nothing new in doubt"""
    stage.sandbox(latency_ms=50)
    worker = stage.worker()
    stage.send(stage.some(1500))
    for _ in range(max(2, stage.some(5))):
        stage.until_requests(stage.chance.randint(40, 120))
        took = end(worker.process, signal.SIGTERM, seconds=40)
        assert took < 35, f"stopping took {took:.0f} s"
        assert not stage.statuses()["sending"], "asked to stop, it left messages in the middle"
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


@fault("freeze", quick=0.2)
def freeze(stage: Stage) -> None:
    """SIGSTOP of a sender for longer than its lease while another works, then SIGCONT"""
    stage.sandbox(latency_ms=200)
    stage.send(stage.some(1200))
    farm = stage.senders(2)
    resolved = 0
    for _ in range(stage.some(4)):
        stage.until_requests(20)
        victims = holding(stage.installation.port, members(farm.pid))
        if stage.is_settled() or not victims:
            break
        os.kill(victims[0], signal.SIGSTOP)
        stage.extra_doubts += SLOTS
        in_doubt = _given_up(stage)
        os.kill(victims[0], signal.SIGCONT)
        resolved += bool(in_doubt and _resolved(stage, in_doubt))
    stage.settle()
    stage.notes.append(f"freezes whose late answers still counted: {resolved}")
    # One freeze may meet a moment with nothing in flight; four do not.
    assert resolved or stage.some(4) < 4, "no late answer resolved a doubt"


def _given_up(stage: Stage) -> int:
    """Wait until the other sender has given up on the frozen one's rows; return how many are in doubt.

    None may come: on SQLite a sender can be frozen with the lock of the database in its hand.
    """
    before = stage.statuses()["unconfirmed"]
    with suppress(AssertionError):
        stage.until(lambda: stage.statuses()["unconfirmed"] > before, "the lease is over", LEASE_SECONDS + 9)
    return stage.statuses()["unconfirmed"]


def _resolved(stage: Stage, in_doubt: int) -> bool:
    """Wait until fewer are in doubt, or nothing is left that could change it."""

    def fewer() -> bool:
        return stage.statuses()["unconfirmed"] < in_doubt

    stage.until(lambda: fewer() or stage.is_settled(), "late answers")
    return fewer()


@fault("two clusters", quick=0.2)
def two_clusters(stage: Stage) -> None:
    """two clusters on one database: each message goes out once"""
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.worker()
    for _ in range(4):
        stage.send(stage.some(500))
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}
    assert stage.installation.requests() == stage.people


@fault("first start")
def first_start(stage: Stage) -> None:
    """six senders that start at the same moment, where nobody has ever sent before"""
    stage.sandbox(latency_ms=20)
    stage.send(stage.some(600))
    stage.senders(6)
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


@fault("five wake-ups")
def five_wake_ups(stage: Stage) -> None:
    """every wake-up delivered five times, to two clusters"""
    stage.sandbox(latency_ms=5)
    stage.worker()
    stage.worker()
    for _ in range(5):
        stage.send(stage.some(200), wake_ups=5)
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}
    assert stage.installation.requests() == stage.people
