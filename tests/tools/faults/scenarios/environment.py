"""Faults of the environment: database, disk, keys, clock."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.limits import fill, limit_files, make_room
from tests.tools.faults.registry import POSTGRESQL, SQLITE, fault
from tests.tools.faults.stage import AS_SHIPPED, SLOTS, Stage

WRONG_CLOCK = str(Path(__file__).parents[1] / "clock")
LOCKED_SECONDS = 25
FULL_SECONDS = 8


@fault("PostgreSQL restarted", only=POSTGRESQL, needs="postgres")
def postgresql_restarted(stage: Stage) -> None:
    """the database stopped as by a crash and started again, four times in one send"""
    stage.sandbox(latency_ms=20)
    stage.senders(2)
    stage.worker()
    stage.send(stage.some(2000))
    for _ in range(4):
        stage.until_requests(stage.some(stage.chance.randint(50, 300)))
        stage.server.restart()
        stage.extra_doubts += 3 * SLOTS
    stage.settle()


@fault("SQLite locked", only=SQLITE, **AS_SHIPPED)
def sqlite_locked(stage: Stage) -> None:
    """another program holds the write lock for 25 seconds in the middle of a send"""
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.send(stage.some(600))
    stage.until_requests(100)
    path = stage.installation.directory / "db.sqlite3"
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        writer.execute("COMMIT")
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


@fault("disk full", only=SQLITE, needs="mount")
def disk_full(stage: Stage) -> None:
    """the disk of the data directory is full in the middle of a send, three times, for 8 seconds each"""
    directory = stage.installation.directory
    _keep_elsewhere(directory / "sandbox", directory.parent.with_name("sandbox"))
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.send(stage.some(1500))
    for _ in range(3):
        stage.until_requests(stage.some(stage.chance.randint(50, 200)))
        stage.nudges = False  # a wake-up has no room either
        fill(directory)
        before = stage.installation.requests()
        time.sleep(FULL_SECONDS)
        stage.notes.append(f"{stage.installation.requests() - before} requests while it was full")
        make_room(directory)
        stage.nudges = True
        stage.extra_doubts += SLOTS  # answers that came in meanwhile and could not be written down
    stage.settle()


@fault("writes fail", only=SQLITE)
def writes_fail(stage: Stage) -> None:
    """every write of the worker to any file fails for 8 seconds in the middle of a send, three times"""
    stage.sandbox(latency_ms=20)
    worker = stage.worker()
    stage.send(stage.some(1500))
    for _ in range(3):
        stage.until_requests(stage.some(stage.chance.randint(50, 200)))
        worker.wait_until_it_runs()
        pids = worker.group()
        limit_files(pids, 0)
        time.sleep(FULL_SECONDS)
        limit_files(pids, resource.RLIM_INFINITY)
        stage.extra_doubts += SLOTS
    stage.settle()


def _keep_elsewhere(directory: Path, elsewhere: Path) -> None:
    """Have the gateway's ledger on another disk, as the gateway is on another machine."""
    shutil.copytree(directory, elsewhere)
    shutil.rmtree(directory)
    directory.symlink_to(elsewhere)


@fault("SECRET_KEY changed")
def secret_key_changed(stage: Stage) -> None:
    """another SECRET_KEY while wake-ups are queued, the token keys kept: only wake-ups are lost"""
    stage.nudges = False
    stage.sandbox()
    stage.send(stage.some(500), wake_ups=5)
    stage.worker(SECRET_KEY="another-key-of-at-least-fifty-characters-0123456789abcdef")
    stage.settle(seconds=95)
    assert stage.statuses() == {"accepted": stage.people}


@fault("wrong clocks")
def wrong_clocks(stage: Stage) -> None:
    """three workers on one database whose clocks are an hour apart from each other"""
    stage.sandbox(latency_ms=100)
    for shift in ("-3600", "0", "3600"):
        stage.worker(PYTHONPATH=WRONG_CLOCK, CLOCK_SHIFT=shift)
    for _ in range(3):
        stage.send(stage.some(500))
    stage.settle()
