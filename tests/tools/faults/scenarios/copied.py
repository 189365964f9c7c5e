"""Faults: a copied or restored installation, or two on one database."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from tests.databases import another_database, drop_database
from tests.installation import Installation, end, until
from tests.tools.faults import servers
from tests.tools.faults.registry import SQLITE, fault
from tests.tools.faults.stage import STOPPED, Stage
from tests.tools.faults.supervisor import Worker

NOT_COPIED = shutil.ignore_patterns("sandbox", "*.log", "*.sqlite3*", "*.lock")


@fault("folder copied", only=SQLITE, quick=0.5)
def folder_copied(stage: Stage) -> None:
    """cp -r of the data directory in the middle of a send, and a worker on the copy"""
    _sending(stage, 600)
    source = stage.installation.directory
    copy = Installation(_whole_copy(source), SANDBOX_PORT=str(stage.installation.port))
    _sends_nothing(copy)
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


@fault("database copied")
def database_copied(stage: Stage) -> None:
    """a copy of the database alone in the middle of a send, and a worker on it with a directory of its own"""
    _sending(stage, 600)
    directory = stage.installation.directory.with_name(f"{stage.installation.directory.name}-other")
    directory.mkdir()
    with _database_copy(stage.installation, directory) as url:
        copy = Installation(directory, url, **_keys(stage.installation), SENDER_SLOTS="8")
        _sends_nothing(copy)
        stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


def _restored(seconds: float, stage: Stage) -> None:
    _sending(stage, 900)
    worker = stage.workers[0]
    old = _snapshot(stage.installation)
    time.sleep(seconds)  # the age of the backup is what this is about
    _kill(stage, worker)
    stage.close_driver()
    newest = _snapshot(stage.installation)
    sent = stage.installation.requests()
    _put_back(stage.installation, old, *stage.chance.choice([(), ("installation",)]))
    worker.tend()
    stage.until(lambda: stage.installation.rows(STOPPED), "the restored database is noticed")
    end(worker.process, signal.SIGTERM, seconds=60)
    stage.close_driver()
    assert stage.installation.requests() == sent, "the restored database was sent from"
    _put_back(stage.installation, newest)
    stage.resume_until_settled()


for _seconds in (0.1, 0.5, 2.0, 5.0, 10.0):
    _play = partial(_restored, _seconds)
    _play.__doc__ = f"the state of {_seconds} s before put back after a kill -9, and then the newest again"
    fault(f"restored {_seconds}", quick=0.5 if _seconds == 2.0 else 0.0)(_play)


@fault("two ids, one database")
def two_ids_one_database(stage: Stage) -> None:
    """a worker with a data directory of its own joins in: all stops until a person has ended it"""
    _sending(stage, 600)
    stranger = stage.worker(**_elsewhere(stage.installation, "stranger"))
    stage.until(lambda: stage.installation.rows(STOPPED), "the second installation is noticed")
    end(stranger.process, signal.SIGTERM, seconds=60)
    stage.workers.remove(stranger)
    stage.resume_until_settled()
    assert stage.statuses() == {"accepted": stage.people}


@fault("one id, several hosts", INSTALLATION_ID="ours")
def one_id_several_hosts(stage: Stage) -> None:
    """three workers with directories of their own and one id share a database, killed now and then"""
    stage.sandbox(latency_ms=50)
    hosts = [stage.worker(**_elsewhere(stage.installation, f"host{place}")) for place in range(3)]
    stage.send(stage.some(1500))
    for host in hosts:
        stage.until_requests(stage.some(200))
        _kill(stage, host)
    stage.settle()


def _sending(stage: Stage, people: int) -> None:
    stage.sandbox(latency_ms=50)
    stage.worker()
    stage.send(stage.some(people))
    stage.until_requests(stage.some(100))


def _kill(stage: Stage, worker: Worker) -> None:
    stage.kill(*worker.group())
    until(lambda: worker.process.poll() is not None, "the worker is gone")


def _sends_nothing(copy: Installation) -> None:
    """Run a worker on a copy until its integrations are stopped, and see that it opened no attempt."""
    before = copy.rows("SELECT max(id) FROM outbound_attempt")
    worker = Worker(copy)
    try:
        until(lambda: copy.rows(STOPPED), "the copy has stopped")
        end(worker.process, signal.SIGTERM, seconds=60)
        assert copy.rows("SELECT max(id) FROM outbound_attempt") == before, "the copy opened an attempt"
    finally:
        copy.stop()


def _whole_copy(directory: Path) -> Path:
    """Copy the directory as it is, and once more where the database changed too much meanwhile."""
    target = directory.with_name(f"{directory.name}-copy")
    while True:
        shutil.copytree(directory, target, ignore=shutil.ignore_patterns("sandbox"))
        with closing(sqlite3.connect(target / "db.sqlite3")) as database:
            if database.execute("PRAGMA quick_check").fetchone() == ("ok",):
                return target
        shutil.rmtree(target)


def _snapshot(installation: Installation) -> Path:
    """Keep the database, and for SQLite all else that is in the data directory, as a backup would."""
    target = installation.directory.with_name(f"{installation.directory.name}-{time.monotonic_ns()}")
    if installation.database_url:
        servers.run("pg_dump", "-Fc", "-f", target, installation.database_url)
        return target
    shutil.copytree(installation.directory, target, ignore=NOT_COPIED)
    with (
        closing(sqlite3.connect(installation.directory / "db.sqlite3", timeout=20)) as source,
        closing(sqlite3.connect(target / "db.sqlite3")) as copy,
    ):
        source.backup(copy)
    return target


def _put_back(installation: Installation, snapshot: Path, *left_out: str) -> None:
    if installation.database_url:
        servers.run("pg_restore", "--clean", "--if-exists", "-d", installation.database_url, snapshot)
        return
    for name in ("db.sqlite3-wal", "db.sqlite3-shm"):
        (installation.directory / name).unlink(missing_ok=True)
    ignored = shutil.ignore_patterns(*left_out)
    shutil.copytree(snapshot, installation.directory, ignore=ignored, dirs_exist_ok=True)


@contextmanager
def _database_copy(installation: Installation, directory: Path) -> Iterator[str]:
    """Copy the database of a running installation, for SQLite into `directory`; yield its URL."""
    if not installation.database_url:
        snapshot = _snapshot(installation)
        shutil.copy(snapshot / "db.sqlite3", directory)
        yield ""
        return
    name = f"journey_copy_{installation.port}"
    url = another_database(installation.database_url, name)
    servers.run("pg_restore", "-d", url, _snapshot(installation))
    try:
        yield url
    finally:
        drop_database(installation.database_url, name)


def _keys(installation: Installation) -> dict[str, str]:
    """Return what an environment holds of the data directory's keys."""
    names = {"SECRET_KEY": "secret_key", "TOKEN_KEYS": "token_key"}
    return {variable: (installation.directory / name).read_text() for variable, name in names.items()}


def _elsewhere(installation: Installation, name: str) -> dict[str, str]:
    """Return the environment of a host with a data directory of its own, on the same database."""
    directory = installation.directory.with_name(f"{installation.directory.name}-{name}")
    directory.mkdir()
    url = installation.database_url or f"sqlite:///{installation.directory / 'db.sqlite3'}"
    return {"DATA_DIR": str(directory), "DATABASE_URL": url, **_keys(installation)}
