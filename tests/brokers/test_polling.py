"""The worker is woken at its start, by wake-ups, by due rows and once a minute."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from outbound import tasks
from outbound.brokers import polling
from outbound.brokers.database import DatabaseWakeUps
from outbound.brokers.polling import MAX_IDLE_SECONDS, POLL_SECONDS, WakeUps
from outbound.brokers.redis import RedisWakeUps
from tests.sending.steps import a_launched

URL = os.environ.get("TEST_REDIS_URL", "")
needs_redis = pytest.mark.skipif(not URL, reason="needs TEST_REDIS_URL")

pytestmark = pytest.mark.django_db(transaction=True)  # it parts with old connections


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(polling, "time", moved)
    return moved


@pytest.fixture(params=["database", pytest.param("redis", marks=needs_redis)])
def queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[WakeUps]:
    """The broker of an idle worker, just after its start."""
    monkeypatch.setattr(Conf, "POLL", 0.0)
    monkeypatch.setattr(Conf, "ORM", "default" if request.param == "database" else None)
    monkeypatch.setattr("outbound.brokers.redis.LISTEN_SECONDS", 0.05)
    if request.param == "redis":
        monkeypatch.setattr(Conf, "REDIS", URL)
    made: WakeUps = DatabaseWakeUps() if request.param == "database" else RedisWakeUps(f"test-{os.getpid()}")
    made.delete_queue()
    assert made.dequeue(), "it wakes at its start"
    clock.seconds += POLL_SECONDS / 2
    yield made
    made.delete_queue()


def asked_for(queue: WakeUps, times: int = 1) -> None:
    for _time in range(times):
        queue.enqueue("what is in it is not read")


def test_wake_up_is_taken_at_once(queue: WakeUps) -> None:
    asked_for(queue)

    assert queue.dequeue()


def test_fifty_wake_ups_are_taken_as_one(queue: WakeUps) -> None:
    asked_for(queue, times=50)

    taken = [queue.dequeue() for _look in range(5)]

    assert [bool(one) for one in taken] == [True, False, False, False, False]
    assert queue.queue_size() == 0


def test_wake_up_is_a_pump_without_an_id(queue: WakeUps) -> None:
    asked_for(queue)

    ((number, package),) = queue.dequeue() or []

    assert number is None
    assert SignedPackage.loads(package)["func"] == tasks.PUMP


def test_due_rows_are_found_by_polling(queue: WakeUps, clock: Clock) -> None:
    a_launched()
    OrmQ.objects.all().delete()

    too_early = queue.dequeue()
    clock.seconds += POLL_SECONDS

    assert not too_early
    assert queue.dequeue()


def test_idle_worker_wakes_once_a_minute(queue: WakeUps, clock: Clock) -> None:
    looks = []
    for _second in range(3 * int(MAX_IDLE_SECONDS)):
        clock.seconds += 1
        looks.append(bool(queue.dequeue()))

    assert looks.count(True) in (2, 3)  # it looks every three seconds


def test_lost_database_does_not_end_the_broker(
    queue: WakeUps, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_arguments: Any) -> None:
        raise OperationalError("it went away")

    a_launched()
    OrmQ.objects.all().delete()
    clock.seconds += POLL_SECONDS
    with connection.execute_wrapper(away):
        while_away = queue.dequeue()
    clock.seconds += POLL_SECONDS

    assert not while_away
    assert "could not look at the database: OperationalError" in caplog.text
    assert queue.dequeue()
