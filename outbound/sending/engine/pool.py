"""The threads that make requests: a set for each integration, so that a stuck one holds up no other."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Container, Iterable
from queue import Empty, SimpleQueue

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Refused, Throttled
from outbound.sending.engine.claim import Claimed
from outbound.sending.engine.concurrency import Widths
from outbound.sending.engine.deliver import Client, Delivered, deliver

logger = logging.getLogger(__name__)

# After so many bad answers in a row that nobody has looked at yet, what stands ready is not begun.
WARY_AFTER = 5


class Pool:
    """Makes as many requests at once for each integration as `widths` says; the rest stand ready.

    One thread hands out and takes in; `hungry` is set when a thread of the pool has nothing to do, or
    came back with bad news.
    """

    def __init__(self, client: Client, widths: Widths) -> None:
        self._client = client
        self._widths = widths
        self._ready: dict[int, SimpleQueue[Claimed | None]] = {}
        self._threads: list[threading.Thread] = []
        self._working: Counter[int] = Counter()
        self._staffing = threading.Lock()
        self._done: SimpleQueue[Delivered] = SimpleQueue()
        self._held: Counter[int] = Counter()
        self._campaigns: Counter[int] = Counter()
        self._bad: Counter[int] = Counter()
        self._has_moved = False
        self.hungry = threading.Event()

    @property
    def is_empty(self) -> bool:
        return not +self._held

    def moves(self) -> bool:
        """Return whether a row was handed in or came back since the last call, or none is held."""
        moved, self._has_moved = self._has_moved or self.is_empty, False
        return moved

    def held(self, integration_id: int) -> int:
        """Return how many rows of an integration were handed in and not yet taken out."""
        return self._held[integration_id]

    @property
    def campaigns(self) -> set[int]:
        """The sends whose rows are held."""
        return set(+self._campaigns)

    def hand(self, claimed: Iterable[Claimed]) -> None:
        """Take rows to be sent, in order."""
        for one in claimed:
            ready = self._ready.setdefault(one.integration_id, SimpleQueue())
            self._held[one.integration_id] += 1
            self._campaigns[one.campaign_id] += 1
            self._has_moved = True
            ready.put(one)
            self._staff(one.integration_id, ready)

    def take(self) -> list[Delivered]:
        """Return what came back since the last call, without waiting."""
        results: list[Delivered] = []
        self._bad.clear()
        while True:
            try:
                results.append(self._done.get_nowait())
            except Empty:
                break
        for one in results:
            self._let_go(one.claimed)
        self._has_moved |= bool(results)
        return results

    def withdraw(
        self, integration_ids: Iterable[int] | None = None, campaigns: Container[int] | None = None
    ) -> list[Delivered]:
        """Return the rows that stand ready and were not begun, as certainly not sent.

        Of all integrations or of some, and of all sends or of some.
        """
        found: list[Delivered] = []
        for integration_id in list(self._ready if integration_ids is None else integration_ids):
            kept = []
            while (one := self._next_ready(integration_id)) is not None:
                if campaigns is None or one.campaign_id in campaigns:
                    self._let_go(one)
                    found.append(unbegun(one))
                else:
                    kept.append(one)
            for one in kept:
                self._ready[integration_id].put(one)
        return found

    def close(self) -> None:
        """End the threads; whatever is in flight is waited for."""
        for integration_id, working in self._working.items():
            for _thread in range(working):
                self._ready[integration_id].put(None)
        for thread in self._threads:
            thread.join()

    def _next_ready(self, integration_id: int) -> Claimed | None:
        try:
            return self._ready[integration_id].get_nowait() if integration_id in self._ready else None
        except Empty:
            return None

    def _staff(self, integration_id: int, ready: SimpleQueue[Claimed | None]) -> None:
        wanted = min(self._widths.of(integration_id), self._held[integration_id])
        with self._staffing:
            if self._working[integration_id] >= wanted:
                return
            self._working[integration_id] += 1
        thread = threading.Thread(target=self._work, args=(integration_id, ready), daemon=True)
        thread.start()
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]

    def _is_one_too_many(self, integration_id: int) -> bool:
        """Return whether the thread that asks has to go, and count it out."""
        if self._working[integration_id] <= self._widths.of(integration_id):
            return False
        with self._staffing:
            if self._working[integration_id] <= self._widths.of(integration_id):
                return False
            self._working[integration_id] -= 1
        return True

    def _let_go(self, one: Claimed) -> None:
        self._held[one.integration_id] -= 1
        self._campaigns[one.campaign_id] -= 1

    def _work(self, integration_id: int, ready: SimpleQueue[Claimed | None]) -> None:
        while (one := ready.get()) is not None:
            is_wary = self._bad[integration_id] >= WARY_AFTER
            result = unbegun(one) if is_wary else self._send(one)
            self._bad[integration_id] = _badness(result.result, self._bad[integration_id])
            self._done.put(result)
            # A bad answer may mean that the others had better wait, so it is told at once.
            if ready.empty() or not isinstance(result.result, Accepted):
                self.hungry.set()
            if self._is_one_too_many(integration_id):
                return

    def _send(self, one: Claimed) -> Delivered:
        try:
            return deliver(self._client, one)
        except Exception as error:  # noqa: BLE001
            # A fault of ours proves nothing about what the gateway read.
            logger.error("A request failed in a way the client does not know: %s", type(error).__name__)
            return Delivered(one, Ambiguous(answer=type(error).__name__), 0)


def unbegun(one: Claimed) -> Delivered:
    """Return a row that stands ready as certainly not sent."""
    return Delivered(one, NotSent(counts=False), 0)


def _badness(result: Accepted | GatewayError, before: int) -> int:
    """Return how many bad answers in a row that makes; one that asks for a pause is as good as many."""
    if isinstance(result, Accepted | Refused):
        return 0
    return WARY_AFTER if isinstance(result, Throttled) or result.stops else before + 1
