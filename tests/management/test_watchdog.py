"""When the watchdog ends a cluster, and that it really ends."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.utils import timezone

from outbound.lifecycle import CampaignStatus
from outbound.management.commands import worker
from outbound.management.watchdog import Watchdog
from outbound.models import Campaign
from outbound.sending import heartbeat
from tests.builders import a_campaign, a_message, an_integration
from tests.installation import members, until
from tests.sending.steps import later
from tests.tracking.events import an_answer, arrived

STUBBORN = ["sh", "-c", "trap '' TERM URG; (trap '' TERM URG; sleep 60) & echo ready; sleep 60; wait"]
FINISHES_WHEN_ASKED = [
    "sh",
    "-c",
    "trap 'sleep 0.5; echo finished; kill $!; exit' TERM; echo ready; sleep 60 & wait",
]
DIES_AND_LEAVES_ONE = ["sh", "-c", "sleep 60 & echo ready; kill -KILL $$"]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watchdog(clock: Clock, settings: LazySettings, transactional_db: None) -> Watchdog:
    settings.SENDER_SILENCE_SECONDS = 60
    return Watchdog(clock=clock)


def work_is_due() -> Campaign:
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=an_integration())
    a_message(campaign=campaign, integration=campaign.integration, due_at=later(hours=-1))
    return campaign


def looked(watchdog: Watchdog, clock: Clock, seconds: int) -> bool:
    """Check every five seconds; return the result of the last check."""
    said = False
    for _look in range(seconds // 5):
        clock.seconds += 5
        said = watchdog.is_alarmed()
    return said


def test_alarm_is_raised_when_work_is_due_without_a_heartbeat(watchdog: Watchdog, clock: Clock) -> None:
    work_is_due()

    assert not looked(watchdog, clock, 55)
    assert looked(watchdog, clock, 5)


def test_heartbeat_restarts_the_time(watchdog: Watchdog, clock: Clock) -> None:
    work_is_due()
    looked(watchdog, clock, 55)
    heartbeat.beat(timezone.now() - timedelta(hours=1))  # by a wrong clock, but new

    assert not looked(watchdog, clock, 60)
    assert looked(watchdog, clock, 10)


def test_no_alarm_where_nothing_is_due(watchdog: Watchdog, clock: Clock) -> None:
    assert not looked(watchdog, clock, 600)


def test_time_starts_when_work_becomes_due(watchdog: Watchdog, clock: Clock) -> None:
    looked(watchdog, clock, 600)
    work_is_due()

    assert not looked(watchdog, clock, 55)


def test_unreachable_database_raises_no_alarm(watchdog: Watchdog, clock: Clock) -> None:
    def away(*_arguments: Any) -> None:
        raise OperationalError("it went away")

    work_is_due()
    looked(watchdog, clock, 55)

    with connection.execute_wrapper(away):
        while_away = looked(watchdog, clock, 300)

    assert not while_away
    assert not looked(watchdog, clock, 55)


def test_unprocessed_events_raise_the_alarm(
    clock: Clock, settings: LazySettings, transactional_db: None
) -> None:
    settings.SENDER_SILENCE_SECONDS = 60
    watchdog = Watchdog(heartbeat.INTAKE, clock=clock)
    heartbeat.beat(timezone.now())  # of a working sender
    arrived(an_integration(), an_answer("5511988887777", "SAIR"))

    assert not looked(watchdog, clock, 55)
    assert looked(watchdog, clock, 5)


def test_messages_do_not_count_for_the_event_processor(clock: Clock, transactional_db: None) -> None:
    watchdog = Watchdog(heartbeat.INTAKE, clock=clock)
    work_is_due()

    assert not looked(watchdog, clock, 600)


# -- ending, with processes that are harder to end than ours ------------------------------------------------


Start = Callable[[list[str]], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def one(command: list[str]) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True))
        said = started[-1].stdout
        assert said
        assert said.readline() == b"ready\n"
        return started[-1]

    yield one
    for process in started:
        worker._signal(process, signal.SIGKILL)
        process.wait()


def test_cluster_that_does_not_stop_is_killed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "FINISH_SECONDS", 0.3)
    cluster = start(STUBBORN)

    status = worker._watch(cluster, asked=[time.monotonic()])

    assert status == 1
    until(lambda: not members(cluster.pid), "all of it is gone", seconds=5)


def test_stuck_event_processor_ends_the_worker_after_requests_in_flight(
    start: Start, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, transactional_db: None
) -> None:
    settings.SENDER_SILENCE_SECONDS = 0.3
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "FROZEN_SECONDS", 0.0)
    cluster = start(FINISHES_WHEN_ASKED)
    arrived(an_integration(), an_answer("5511988887777", "SAIR"))

    status = worker._watch(cluster, asked=[])

    assert status == 1
    assert cluster.stdout
    assert cluster.stdout.read() == b"finished\n"


def test_orphans_of_a_dead_cluster_are_asked_to_end(start: Start) -> None:
    cluster = start(DIES_AND_LEAVES_ONE)
    until(lambda: cluster.poll() is not None, "the leader is gone")
    begun = time.monotonic()

    status = worker._watch(cluster, asked=[])

    assert status == 1
    assert not members(cluster.pid)
    assert time.monotonic() - begun < worker.FINISH_SECONDS / 2
