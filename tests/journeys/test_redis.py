"""Redis only wakes the worker: without it messages go out a little later."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable

import pytest
import redis

from tests.installation import Installation, end, free_port
from tests.journeys.checker import DEMO, check, send, statuses, wait_until_settled

pytestmark = pytest.mark.xdist_group("installation")

PASSWORD = "hunter2-of-redis"  # noqa: S105
URL = os.environ.get("TEST_REDIS_URL", "")
needs_redis = pytest.mark.skipif(not URL, reason="needs TEST_REDIS_URL")


def test_send_is_queued_without_redis(install: Callable[..., Installation]) -> None:
    installation = install(REDIS_URL=f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0")

    done = installation.manage("send", *DEMO, "--to", "11900005000")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["planned"] == 1
    assert statuses(installation) == {"queued": 1}
    assert "A wake-up was lost, because Redis did not take it (ConnectionError)." in done.stderr
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stderr


def test_worker_starts_sends_and_stops_without_redis(install: Callable[..., Installation]) -> None:
    installation = install(REDIS_URL=f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0")
    installation.start_sandbox()
    installation.wait_for_sandbox()
    worker = installation.start("worker", log="worker.log")

    send(installation, 5)
    wait_until_settled(installation, seconds=20)
    took = end(worker, signal.SIGTERM)

    assert check(installation, people=5) == {"accepted": 5}
    assert worker.returncode == 0
    assert took < 10
    assert PASSWORD not in installation.log("worker.log")


@needs_redis
def test_send_wakes_the_worker_through_redis(install: Callable[..., Installation]) -> None:
    installation = install(REDIS_URL=URL)
    installation.start_sandbox()
    installation.start_worker()

    send(installation, 5)
    wait_until_settled(installation, seconds=10)

    assert check(installation, people=5) == {"accepted": 5}


@needs_redis
def test_flushed_redis_delays_a_send_by_seconds(install: Callable[..., Installation]) -> None:
    installation = install(REDIS_URL=URL)
    installation.start_sandbox()
    send(installation, 5)

    redis.Redis.from_url(URL).flushdb()
    installation.start_worker()
    wait_until_settled(installation, seconds=20)

    assert check(installation, people=5) == {"accepted": 5}
