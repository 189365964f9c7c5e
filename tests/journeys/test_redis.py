"""Redis wakes the sender and nothing more: without it a message waits, and is never lost or doubled."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest
import redis

from tests.installation import Installation, free_port
from tests.journeys.checker import DEMO, check, send, statuses, wait_until_settled

pytestmark = pytest.mark.xdist_group("installation")

URL = os.environ.get("TEST_REDIS_URL", "")
needs_redis = pytest.mark.skipif(not URL, reason="needs TEST_REDIS_URL")


def test_without_redis_a_send_is_still_a_send(install: Callable[..., Installation]) -> None:
    installation = install(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    done = installation.manage("send", *DEMO, "--to", "11900005000")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["planned"] == 1
    assert statuses(installation) == {"queued": 1}


@needs_redis
def test_a_send_wakes_the_worker(install: Callable[..., Installation]) -> None:
    installation = install(REDIS_URL=URL)
    installation.start_sandbox()
    installation.start_worker()

    send(installation, 5)
    wait_until_settled(installation, seconds=10)

    assert check(installation, people=5) == {"accepted": 5}


@needs_redis
@pytest.mark.slow
def test_a_flushed_redis_costs_at_most_the_schedules_minute(
    install: Callable[..., Installation],
) -> None:
    installation = install(REDIS_URL=URL)
    installation.start_sandbox()
    send(installation, 5)

    redis.Redis.from_url(URL).flushdb()
    installation.start_worker()
    wait_until_settled(installation, seconds=95)

    assert check(installation, people=5) == {"accepted": 5}
