"""After a kill or a stop nobody gets a message twice and no message is lost."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.installation import Installation, end, members, until
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
    running = "SELECT id FROM outbound_message WHERE status = 'sending' AND lease_until > "

    def are_over() -> bool:
        now = datetime.now(UTC)  # by this process's clock, which a test may have moved, not the database's
        return not installation.rows(running + f"'{now:%Y-%m-%d %H:%M:%S.%f+00}'")

    until(are_over, "the leases are over")


def test_killed_worker_leaves_at_most_its_slots_unconfirmed(installation: Installation) -> None:
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


def test_stopped_cluster_leaves_nothing_unconfirmed(installation: Installation) -> None:
    installation.start_sandbox(latency_ms=50)
    send(installation, 200)
    worker = installation.start_worker()

    wait_for_requests(installation, MIDDLE)
    worker.send_signal(signal.SIGTERM)
    until(lambda: not members(worker.pid), "the whole cluster is gone", seconds=10)

    assert set(check(installation, people=200)) <= {"accepted", "queued"}


def test_stopped_send_due_leaves_nothing_unconfirmed(installation: Installation) -> None:
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
