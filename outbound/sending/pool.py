"""The threads that make requests: a set for each integration, so that a stuck one holds up no other."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from queue import Empty, SimpleQueue

from outbound.gateways.base import Accepted, NotSent
from outbound.sending.claim import Claimed
from outbound.sending.deliver import Client, Delivered, deliver

logger = logging.getLogger(__name__)


class Pool:
    """Makes at most `connections` requests at once for each integration; the rest stand ready.

    One thread hands out and takes in; `hungry` is set when a thread of the pool has nothing to do, or
    came back with bad news.
    """

    def __init__(self, client: Client, connections: int) -> None:
        self._client = client
        self._connections = connections
        self._ready: dict[int, SimpleQueue[Claimed | None]] = {}
        self._threads: dict[int, list[threading.Thread]] = {}
        self._done: SimpleQueue[tuple[int, Delivered | None]] = SimpleQueue()
        self._held: Counter[int] = Counter()
        self.hungry = threading.Event()

    @property
    def is_empty(self) -> bool:
        return not +self._held

    def held(self, integration_id: int) -> int:
        """Return how many rows of an integration were handed in and not yet taken out."""
        return self._held[integration_id]

    def hand(self, claimed: Iterable[Claimed]) -> None:
        """Take rows to be sent, in order."""
        for one in claimed:
            ready = self._ready.setdefault(one.integration_id, SimpleQueue())
            self._held[one.integration_id] += 1
            ready.put(one)
            self._staff(one.integration_id, ready)

    def take(self) -> list[Delivered]:
        """Return what came back since the last call, without waiting."""
        results: list[Delivered] = []
        while True:
            try:
                integration_id, result = self._done.get_nowait()
            except Empty:
                return results
            self._held[integration_id] -= 1
            if result is not None:
                results.append(result)

    def withdraw(self, integration_ids: Iterable[int] | None = None) -> list[Delivered]:
        """Return the rows that stand ready and were not begun, as certainly not sent."""
        found = []
        for integration_id in list(self._ready if integration_ids is None else integration_ids):
            while (one := self._next_ready(integration_id)) is not None:
                self._held[integration_id] -= 1
                found.append(Delivered(one, NotSent(counts=False), 0))
        return found

    def close(self) -> None:
        """End the threads; whatever is in flight is waited for."""
        for integration_id, threads in self._threads.items():
            for _thread in threads:
                self._ready[integration_id].put(None)
        for thread in (one for threads in self._threads.values() for one in threads):
            thread.join()

    def _next_ready(self, integration_id: int) -> Claimed | None:
        try:
            return self._ready[integration_id].get_nowait() if integration_id in self._ready else None
        except Empty:
            return None

    def _staff(self, integration_id: int, ready: SimpleQueue[Claimed | None]) -> None:
        threads = self._threads.setdefault(integration_id, [])
        if len(threads) < min(self._connections, self._held[integration_id]):
            threads.append(threading.Thread(target=self._work, args=(integration_id, ready), daemon=True))
            threads[-1].start()

    def _work(self, integration_id: int, ready: SimpleQueue[Claimed | None]) -> None:
        while (one := ready.get()) is not None:
            try:
                result = deliver(self._client, one)
            except Exception as error:  # noqa: BLE001
                # The attempt stays open, and recovery will call it unconfirmed: a fault of ours proves
                # nothing about what the gateway read.
                logger.error("A request failed in a way the client does not know: %s", type(error).__name__)
                result = None
            self._done.put((integration_id, result))
            # A bad answer may mean that the others had better wait, so it is told at once.
            if ready.empty() or result is None or not isinstance(result.result, Accepted):
                self.hungry.set()
