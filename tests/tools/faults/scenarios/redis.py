"""Faults of Redis: flushed, killed, away, frozen."""

from __future__ import annotations

import time
from contextlib import closing

import redis

from tests.tools.faults.registry import fault
from tests.tools.faults.stage import Stage
from tests.tools.faults.supervisor import Worker

AWAY_SECONDS = 150.0
# The worker looks at the rows every three seconds; before that it may wait for an answer, and rest.
FIRST_SECONDS = 15.0


@fault("Redis flushed", needs="redis")
def redis_flushed(stage: Stage) -> None:
    """every wake-up lost from Redis while the worker is idle: it finds the work by itself"""
    stage.nudges = False
    stage.sandbox()
    stage.worker().wait_until_it_runs()
    with closing(redis.Redis.from_url(stage.server.url)) as server:
        server.config_set("maxmemory", 1)  # no wake-up gets in, as if each had been flushed at once
        stage.send(stage.some(600))
        server.flushall()
        server.config_set("maxmemory", 0)
    lost_at = time.monotonic()
    stage.settle(seconds=95)
    stage.notes.append(f"all was settled {time.monotonic() - lost_at:.0f} s after the wake-up was lost")
    assert stage.statuses() == {"accepted": stage.people}


@fault("Redis killed", needs="redis")
def redis_killed(stage: Stage) -> None:
    """kill -9 of Redis in the middle of a send, another send while it is away, and back after a while"""
    stage.nudges = False
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.send(stage.some(1000))
    stage.until_requests(50)
    stage.server.kill()
    stage.send(stage.some(100))
    stage.until_requests(100)
    stage.server.start()
    stage.settle()
    assert stage.statuses() == {"accepted": stage.people}


@fault("Redis away", needs="redis", quick=0.1)
def redis_away(stage: Stage) -> None:
    """Redis killed for 150 seconds: a send made meanwhile goes out, and the worker comes back to Redis"""
    stage.nudges = False
    stage.sandbox(latency_ms=20)
    worker = stage.worker()
    worker.wait_until_it_runs()
    stage.server.kill()
    _go_on_without(stage, worker)
    stage.server.start()
    _come_back(stage, worker)


@fault("Redis frozen", needs="redis", quick=0.1)
def redis_frozen(stage: Stage) -> None:
    """Redis takes connections for 150 seconds and answers nothing"""
    stage.nudges = False
    stage.sandbox(latency_ms=20)
    worker = stage.worker()
    worker.wait_until_it_runs()
    stage.server.freeze()
    _go_on_without(stage, worker)
    stage.server.go_on()
    _come_back(stage, worker)


@fault("Redis absent", needs="redis", quick=0.1)
def redis_absent(stage: Stage) -> None:
    """no Redis when the worker starts, and for 150 seconds more"""
    stage.nudges = False
    stage.server.kill()
    stage.sandbox(latency_ms=20)
    worker = stage.worker()
    worker.wait_until_it_runs()
    _go_on_without(stage, worker)
    stage.server.start()
    _come_back(stage, worker)


def _go_on_without(stage: Stage, worker: Worker) -> None:
    """Send without Redis, and see it all through while Redis is still away."""
    away_at, before = time.monotonic(), stage.installation.requests()
    stage.send(stage.some(600))
    launched_at = time.monotonic()
    assert launched_at - away_at < FIRST_SECONDS, "the launch waited for Redis"
    stage.until(lambda: stage.installation.requests() > before, "the first request", FIRST_SECONDS)
    first = time.monotonic() - launched_at
    stage.settle()
    settled = time.monotonic() - launched_at
    time.sleep(max(0.0, stage.some(int(AWAY_SECONDS)) - (time.monotonic() - away_at)))  # that is the fault
    sent = stage.statuses()["accepted"]
    stage.notes.append(
        f"without Redis {sent} of {stage.people} were sent, the first after {first:.1f} s, "
        f"all after {settled:.1f} s; the worker ended {len(worker.endings)} times"
    )
    assert sent == stage.people
    assert not worker.endings, "the worker ended"


def _come_back(stage: Stage, worker: Worker) -> None:
    """Send again: the same worker hears of it through Redis."""
    back_at = time.monotonic()
    stage.until(lambda: "Redis answers again" in worker.log, "the worker is back on Redis", FIRST_SECONDS)
    stage.notes.append(f"back on Redis {time.monotonic() - back_at:.1f} s after it was")
    stage.send(stage.some(100))
    stage.settle()
    with closing(redis.Redis.from_url(stage.server.url)) as server:
        left = server.llen("django_q:console:q")
    assert left <= 1, f"{left} wake-ups are left"
    assert not worker.endings, "the worker ended"
    assert stage.statuses() == {"accepted": stage.people}
