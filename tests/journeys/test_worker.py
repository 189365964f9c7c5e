"""`manage.py worker` begins at once, and records what is in flight when it is asked to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.installation import Installation, end, until
from tests.journeys.checker import check, send, statuses, wait_for_requests, wait_until_settled


@pytest.fixture
def installation(install: Callable[..., Installation]) -> Installation:
    return install(SENDER_SLOTS="8")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_worker_leaves_nothing_unconfirmed_and_the_next_one_continues(
    installation: Installation, how: int
) -> None:
    installation.start_sandbox(latency_ms=50)
    installation.wait_for_sandbox()
    worker = installation.start("worker", log="worker.log")
    until(lambda: "running." in installation.log("worker.log"), "the cluster runs")
    send(installation, 200)

    wait_for_requests(installation, 40)
    seconds = end(worker, how)
    cut = statuses(installation)
    installation.start("worker", log="worker.log")
    wait_until_settled(installation)

    assert seconds < 15  # it ends by itself; a worker that hangs is killed after half a minute
    assert set(cut) == {"queued", "accepted"}
    assert check(installation, people=200) == {"accepted": 200}


def test_killed_command_ends_its_cluster(installation: Installation) -> None:
    worker = installation.start("worker", log="worker.log")
    until(lambda: "running." in installation.log("worker.log"), "the cluster runs")

    end(worker, signal.SIGKILL)

    until(lambda: "has stopped." in installation.log("worker.log"), "the cluster has stopped")
