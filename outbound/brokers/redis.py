"""Carries wake-ups through Redis; while it is away they are lost, and the worker polls."""

from __future__ import annotations

import logging
import time
from typing import Any

import redis
from django_q.brokers import redis_broker
from django_q.conf import Conf
from redis.backoff import NoBackoff
from redis.retry import Retry

from outbound.brokers.polling import WakeUps
from outbound.brokers.timeout import failure_within, name_of

# Redis blocks for LISTEN_SECONDS and may take ANSWER_SECONDS more; after a failure the worker pauses.
LISTEN_SECONDS, ANSWER_SECONDS, PAUSE_SECONDS = 1, 1.5, 1.0
# The longest that a page waits for Redis.
ENQUEUE_SECONDS = 1.0

logger = logging.getLogger(__name__)


class RedisWakeUps(WakeUps, redis_broker.Redis):
    """A list in Redis that holds one wake-up at most."""

    _failure = ""

    @staticmethod
    def get_connection(list_key: str | None = None) -> Any:
        return redis.from_url(
            Conf.REDIS,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=LISTEN_SECONDS + ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    def enqueue(self, task: str) -> int:
        """Add a wake-up and return 1, or log a failure and return 0, within ENQUEUE_SECONDS."""
        failure = failure_within(ENQUEUE_SECONDS, lambda: self._push(task))
        if failure:
            logger.warning(
                "A wake-up was lost, because Redis did not take it (%s). "
                "A worker that runs finds by itself what is due, within seconds.",
                failure,
            )
        return int(not failure)

    def ask(self) -> None:
        """Raise if Redis takes no writes, as a replica or one that cannot save."""
        self.connection.ltrim(self.list_key, -1, -1)

    def is_asked_for(self) -> bool:
        """Wait up to LISTEN_SECONDS for a wake-up, and remove it."""
        try:
            came = self.connection.blpop(self.list_key, LISTEN_SECONDS)
        except (redis.RedisError, OSError) as error:
            self._note(name_of(error))
            time.sleep(PAUSE_SECONDS)
            return False
        self._note("")
        return bool(came)

    def _push(self, task: str) -> None:
        with self.connection.pipeline() as pipe:
            pipe.rpush(self.list_key, task).ltrim(self.list_key, -1, -1).execute()

    def _note(self, failure: str) -> None:
        if failure and not self._failure:
            logger.warning("Redis does not answer (%s): the worker looks by itself for what is due.", failure)
        elif self._failure and not failure:
            logger.warning("Redis answers again.")
        self._failure = failure

    # The cluster would store its state twice a second, which nothing reads, and wait for Redis.

    def ping(self) -> bool:
        return True

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        pass

    def get_stat(self, key: str) -> None:
        pass
