"""Without a working Redis nothing raises or waits long, and no password is logged."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django_q.conf import Conf

from console import health
from outbound import tasks
from outbound.brokers import redis
from outbound.brokers.health import ANSWER_SECONDS, QueueProbe
from outbound.brokers.redis import RedisWakeUps
from tests.brokers.servers import PASSWORD, USELESS, useless


@pytest.fixture(params=USELESS)
def away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Conf, "ORM", None)
    monkeypatch.setattr(Conf, "BROKER_CLASS", "outbound.brokers.redis.RedisWakeUps")
    monkeypatch.setattr(redis, "ENQUEUE_SECONDS", 0.5)
    monkeypatch.setattr(redis, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(redis, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(redis, "LISTEN_SECONDS", 0.1)
    with useless(request.param) as url:
        monkeypatch.setattr(Conf, "REDIS", url)
        yield url


@pytest.mark.django_db
def test_launch_neither_fails_nor_waits_long(
    away: str, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    begun = time.monotonic()

    with django_capture_on_commit_callbacks(execute=True):
        tasks.wake()

    assert time.monotonic() - begun < 2
    (record,) = [one for one in caplog.records if one.levelname != "INFO"]
    assert "wake-up was lost" in record.getMessage()
    assert record.exc_info is None
    assert PASSWORD not in caplog.text


@pytest.mark.django_db
def test_worker_polls_and_logs_the_failure_once(away: str, caplog: pytest.LogCaptureFixture) -> None:
    queue = RedisWakeUps()

    answers = [queue.dequeue() for _look in range(4)]

    assert [bool(one) for one in answers] == [True, False, False, False]
    assert caplog.text.count("Redis does not answer") == 1
    assert PASSWORD not in caplog.text


@pytest.mark.django_db
def test_cluster_starts_without_storing_its_state(away: str) -> None:
    queue = RedisWakeUps()
    begun = time.monotonic()

    queue.set_stat("key", "value", 3)

    assert queue.ping()
    assert time.monotonic() - begun < 0.1


@pytest.mark.django_db
def test_healthz_says_degraded_in_time(away: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_reachable", QueueProbe())
    begun = time.monotonic()

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"degraded: queue not reachable\n")
    assert time.monotonic() - begun < ANSWER_SECONDS + 0.5


def test_only_one_thread_asks_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer = threading.Event(), threading.Event()
    calls: list[str] = []

    def ask(*_arguments: Any) -> str:
        calls.append("asked")
        asked.set()
        answer.wait(10)
        return "no answer in time"

    monkeypatch.setattr(Conf, "ORM", None)
    monkeypatch.setattr("outbound.brokers.health.failure_within", ask)
    reach = QueueProbe()
    first = threading.Thread(target=reach)
    first.start()
    asked.wait(10)

    while_it_asks = [reach() for _other in range(50)]
    answer.set()
    first.join(10)
    afterwards = [reach() for _other in range(50)]

    assert while_it_asks == [True] * 50
    assert afterwards == [False] * 50
    assert len(calls) == 1
