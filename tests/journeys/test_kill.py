"""Whatever is killed, nobody gets a message twice, and nobody is left out in silence."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.installation import Installation, connected_to, end, members, until
from tests.journeys.checker import (
    check,
    send,
    statuses,
    wait_for_requests,
    wait_until_settled,
)

pytestmark = pytest.mark.xdist_group("installation")

SLOTS = 8
MIDDLE = 40


@pytest.fixture
def installation(install: Callable[..., Installation]) -> Installation:
    return install(SENDER_SLOTS=str(SLOTS))


def wake_again(installation: Installation) -> None:
    """Do what happens anyway within a minute, but now: somebody sends, when the leases are over."""
    send(installation, 1, first=6000)
    now = "now()" if installation.database_url else "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    running = f"SELECT id FROM outbound_message WHERE status = 'sending' AND lease_until > {now}"
    until(lambda: not installation.rows(running), "the leases are over")


def test_while_the_gateway_is_away_everything_waits(installation: Installation) -> None:
    installation.start_worker()
    send(installation, 30)
    tried = "SELECT id FROM outbound_message WHERE failed_tries > 0"
    until(lambda: len(installation.rows(tried)) == 30, "each was tried in vain")

    installation.start_sandbox()
    wait_until_settled(installation)

    assert check(installation, people=30) == {"accepted": 30}
    assert installation.requests() == 30


def test_killing_the_whole_worker_leaves_no_more_in_doubt_than_its_slots(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=50)
    send(installation, 200)
    worker = installation.start_worker()

    wait_for_requests(installation, MIDDLE)
    end(worker, signal.SIGKILL)
    cut = statuses(installation)
    wake_again(installation)
    installation.start_worker()
    wait_until_settled(installation)

    assert cut["queued"] > 0
    total = check(installation, people=201)
    assert set(total) <= {"accepted", "unconfirmed"}
    assert 0 < total["unconfirmed"] <= SLOTS


def test_killing_one_busy_process_leaves_the_cluster_at_work(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=50)
    send(installation, 200)
    worker = installation.start_worker()

    wait_for_requests(installation, MIDDLE)
    (busy,) = connected_to(installation.port, worker.pid)
    os.kill(busy, signal.SIGKILL)
    wake_again(installation)
    wait_until_settled(installation)

    total = check(installation, people=201)
    assert set(total) <= {"accepted", "unconfirmed"}
    assert 0 < total["unconfirmed"] <= SLOTS


def test_asking_the_whole_worker_to_stop_leaves_nothing_in_doubt(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=50)
    send(installation, 200)
    worker = installation.start_worker()

    wait_for_requests(installation, MIDDLE)
    os.killpg(worker.pid, signal.SIGTERM)
    # Its leader alone may stay: django-q2's waits for ever for a sentinel that the same signal ended.
    until(lambda: set(members(worker.pid)) <= {worker.pid}, "all that send are gone", seconds=10)
    cut = statuses(installation)
    end(worker, signal.SIGKILL)
    wake_again(installation)
    installation.start_worker()
    wait_until_settled(installation)

    assert set(cut) == {"accepted", "queued"}
    assert check(installation, people=201) == {"accepted": 201}


def test_asking_the_clusters_leader_to_stop_leaves_nothing_in_doubt(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=50)
    send(installation, 200)
    worker = installation.start_worker()

    wait_for_requests(installation, MIDDLE)
    worker.send_signal(signal.SIGTERM)
    until(lambda: not members(worker.pid), "the whole cluster is gone", seconds=10)

    assert set(check(installation, people=200)) <= {"accepted", "queued"}


def test_asking_send_due_to_stop_leaves_nothing_in_doubt(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=50)
    send(installation, 200)
    installation.wait_for_sandbox()
    sender = installation.start("send_due", log="send_due.log")

    wait_for_requests(installation, MIDDLE)
    took = end(sender, signal.SIGTERM)
    cut = statuses(installation)
    installation.manage("send_due")

    assert took < 10
    assert set(cut) == {"accepted", "queued"}
    assert check(installation, people=200) == {"accepted": 200}


def test_two_clusters_on_one_database_send_nothing_twice(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=100)
    for first in (5000, 5100):
        send(installation, 100, first=first)

    for log in ("one.log", "two.log"):
        installation.start_worker(log)
    wait_until_settled(installation)

    assert check(installation, people=200) == {"accepted": 200}
    assert installation.requests() == 200
