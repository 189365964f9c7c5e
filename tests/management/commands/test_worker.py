"""`manage.py worker`: ends with status 1 where only a new cluster can continue."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.copies import Copies
from tests.installation import Installation, end, members, until
from tests.journeys.checker import check, send, statuses, wait_for_requests, wait_until_settled

pytestmark = pytest.mark.xdist_group("installation")

Install = Callable[..., Installation]
ROOT = Path(__file__).parents[3]
SLOTS = 8


@pytest.fixture
def install(copies: Copies) -> Iterator[Install]:
    made: list[Installation] = []

    def one(**environment: str) -> Installation:
        made.append(copies.make(SENDER_SLOTS=str(SLOTS), **environment))
        return made[-1]

    yield one
    for installation in made:
        installation.stop()


def start(installation: Installation) -> tuple[subprocess.Popen[bytes], int]:
    """Start the command, wait until its cluster runs, and return both."""
    seen = installation.log("worker.log").count("running.")
    worker = installation.start("worker", log="worker.log")
    until(lambda: installation.log("worker.log").count("running.") > seen, "the cluster runs")
    return worker, leader(installation)


def leader(installation: Installation) -> int:
    """Return the leader of the cluster and of its process group."""
    (found,) = [pid for pid in installation.processes() if os.getpgid(pid) == pid and is_cluster(pid)]
    return found


def is_cluster(pid: int) -> bool:
    return b"qcluster" in Path(f"/proc/{pid}/cmdline").read_bytes()


def start_as_the_demo_does(installation: Installation) -> subprocess.Popen[bytes]:
    line = (ROOT / "console" / "Procfile").read_text().split("worker: ")[1].splitlines()[0]
    own = {
        "DATA_DIR": str(installation.directory),
        "DATABASE_URL": installation.database_url,
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "LANGUAGE_CODE": "en",
        "LOG_LEVEL": "INFO",
    }
    with (installation.directory / "worker.log").open("ab") as log:
        return subprocess.Popen(
            ["sh", "-c", line.replace(".venv/bin/python", sys.executable)],  # noqa: S607
            cwd=ROOT,
            env=os.environ | own,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def idle_process(installation: Installation) -> int:
    """Return the process that waits for a task with the lock of the queue."""
    ready = until(
        lambda: re.findall(r"ready for work at (\d+)", installation.log("worker.log")), "it is ready"
    )
    return int(ready[-1])


def test_frozen_cluster_is_ended_and_the_next_one_sends_everything(install: Install) -> None:
    installation = install(SENDER_SILENCE_SECONDS="4")
    installation.start_sandbox()
    installation.wait_for_sandbox()
    worker, cluster = start(installation)
    until(lambda: "Processed" in installation.log("worker.log"), "the first pump is over")

    os.kill(idle_process(installation), signal.SIGKILL)
    send(installation, 20)
    until(lambda: worker.poll() is not None, "the worker has ended", seconds=60)
    left = statuses(installation)
    start(installation)
    wait_until_settled(installation)

    assert worker.returncode == 1
    until(lambda: not members(cluster), "all of it is gone", seconds=5)
    assert left == {"queued": 20}
    assert check(installation, people=20) == {"accepted": 20}


def test_orphans_of_a_killed_leader_finish_requests_in_flight(install: Install) -> None:
    installation = install()
    installation.start_sandbox(latency_ms=300)
    installation.wait_for_sandbox()
    worker, cluster = start(installation)
    send(installation, 200)

    wait_for_requests(installation, 20)
    os.kill(cluster, signal.SIGKILL)
    until(lambda: worker.poll() is not None, "the worker has ended", seconds=45)
    cut = statuses(installation)

    assert worker.returncode == 1
    until(lambda: not members(cluster), "all of it is gone", seconds=5)
    assert set(cut) == {"accepted", "queued"}
    assert set(check(installation, people=200)) == {"accepted", "queued"}


def test_busy_worker_is_left_alone(install: Install) -> None:
    installation = install(SENDER_SILENCE_SECONDS="7")
    installation.start_sandbox(latency_ms=400)
    installation.wait_for_sandbox()
    worker, cluster = start(installation)
    send(installation, 100)

    wait_until_settled(installation)

    assert worker.poll() is None
    assert leader(installation) == cluster
    assert check(installation, people=100) == {"accepted": 100}


def test_demo_restarts_the_worker_and_ends_when_asked(install: Install) -> None:
    installation = install()
    loop = start_as_the_demo_does(installation)
    until(lambda: "running." in installation.log("worker.log"), "the cluster runs")

    os.kill(leader(installation), signal.SIGKILL)
    until(lambda: installation.log("worker.log").count("running.") > 1, "the next cluster runs")
    took = end(loop, signal.SIGTERM)

    until(lambda: not installation.processes(), "everything has ended")
    assert took < 15  # it ends by itself; a worker that hangs is killed after half a minute
