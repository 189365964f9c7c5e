"""The threads that make requests: each integration has its own, so that a stuck gateway holds up no other."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from queue import Empty, SimpleQueue

from outbound.gateways.base import Accepted, Ambiguous, GatewayError, NotSent, Refused, Throttled
from outbound.sending.engine.claim import ClaimedMessage
from outbound.sending.engine.deliver import Client, Delivered, deliver

logger = logging.getLogger(__name__)

# After so many failed requests in a row that the sender has not recorded yet, further ones are not begun.
MAX_FAILURES = 5


class Pool:
    """Makes up to `connections` requests at once for each integration; further messages wait.

    One thread hands messages in and takes results out. `wake` is set when an integration has at most
    `reserve` messages waiting, or when a request failed. `reserve` is what has to wait while the sender
    writes: as many messages as came back during its last transaction.
    """

    def __init__(self, client: Client, connections: int) -> None:
        self._client = client
        self._connections = connections
        self._ready: dict[int, SimpleQueue[ClaimedMessage | None]] = {}
        self._threads: list[threading.Thread] = []
        self._working: Counter[int] = Counter()
        self._done: SimpleQueue[Delivered] = SimpleQueue()
        self._held: Counter[int] = Counter()
        self._campaigns: Counter[int] = Counter()
        self._failures: Counter[int] = Counter()
        self._has_moved = False
        self.wake = threading.Event()
        self.reserve = 0

    @property
    def is_empty(self) -> bool:
        return not +self._held

    @property
    def results_waiting(self) -> int:
        """How many results came back since the last `take`."""
        return self._done.qsize()

    def moves(self) -> bool:
        """Return whether a message was handed in or came back since the last call, or none is held."""
        moved, self._has_moved = self._has_moved or self.is_empty, False
        return moved

    def held(self, integration_id: int) -> int:
        """Return how many messages of an integration were handed in and not yet taken out."""
        return self._held[integration_id]

    @property
    def campaigns(self) -> set[int]:
        """The ids of the campaigns whose messages are held."""
        return set(+self._campaigns)

    def hand(self, claimed: Sequence[ClaimedMessage]) -> None:
        """Take messages to be sent, in order."""
        if not claimed:
            return  # what set `wake` has not changed
        self.wake.clear()
        for one in claimed:
            ready = self._ready.setdefault(one.integration_id, SimpleQueue())
            self._held[one.integration_id] += 1
            self._campaigns[one.campaign_id] += 1
            self._has_moved = True
            ready.put(one)
            self._start_thread(one.integration_id, ready)
        if self._is_low({one.integration_id for one in claimed}) or any(self._failures.values()):
            self.wake.set()

    def _is_low(self, integration_ids: Iterable[int]) -> bool:
        return any(self._ready[pk].qsize() <= self.reserve for pk in integration_ids)

    def take(self) -> list[Delivered]:
        """Return the results since the last call, without waiting."""
        results: list[Delivered] = []
        self._failures.clear()
        while True:
            try:
                results.append(self._done.get_nowait())
            except Empty:
                break
        for one in results:
            self._release(one.claimed)
        self._has_moved |= bool(results)
        return results

    def withdraw(
        self, integration_ids: Iterable[int] | None = None, campaigns: Container[int] | None = None
    ) -> list[Delivered]:
        """Return the waiting messages of some or all integrations and campaigns, as certainly not sent."""
        found: list[Delivered] = []
        for integration_id in list(self._ready if integration_ids is None else integration_ids):
            kept = []
            while (one := self._next_ready(integration_id)) is not None:
                if campaigns is None or one.campaign_id in campaigns:
                    self._release(one)
                    found.append(not_begun(one))
                else:
                    kept.append(one)
            for one in kept:
                self._ready[integration_id].put(one)
        return found

    def close(self) -> None:
        """End the threads after the requests in flight."""
        for integration_id, working in self._working.items():
            for _thread in range(working):
                self._ready[integration_id].put(None)
        for thread in self._threads:
            thread.join()

    def _next_ready(self, integration_id: int) -> ClaimedMessage | None:
        try:
            return self._ready[integration_id].get_nowait() if integration_id in self._ready else None
        except Empty:
            return None

    def _start_thread(self, integration_id: int, ready: SimpleQueue[ClaimedMessage | None]) -> None:
        if self._working[integration_id] >= min(self._connections, self._held[integration_id]):
            return
        self._working[integration_id] += 1
        thread = threading.Thread(target=self._work, args=(integration_id, ready), daemon=True)
        thread.start()
        self._threads.append(thread)

    def _release(self, one: ClaimedMessage) -> None:
        self._held[one.integration_id] -= 1
        self._campaigns[one.campaign_id] -= 1

    def _work(self, integration_id: int, ready: SimpleQueue[ClaimedMessage | None]) -> None:
        while (one := ready.get()) is not None:
            is_failing = self._failures[integration_id] >= MAX_FAILURES
            result = not_begun(one) if is_failing else self._send(one)
            self._failures[integration_id] = _failures(result.result, self._failures[integration_id])
            self._done.put(result)
            # A failure may mean that the other messages have to wait, so the sender hears of it at once.
            if ready.qsize() <= self.reserve or not isinstance(result.result, Accepted):
                self.wake.set()

    def _send(self, one: ClaimedMessage) -> Delivered:
        try:
            return deliver(self._client, one)
        except Exception as error:  # noqa: BLE001
            # An error of our own proves nothing about what the gateway read.
            logger.error("A request failed in a way the client does not know: %s", type(error).__name__)
            return Delivered(one, Ambiguous(answer=type(error).__name__), 0)


def not_begun(one: ClaimedMessage) -> Delivered:
    """Return a message whose request was not begun, as certainly not sent."""
    return Delivered(one, NotSent(counts=False), 0)


def _failures(result: Accepted | GatewayError, before: int) -> int:
    """Return the number of failures in a row with `result`; a request for a pause counts as the maximum."""
    if isinstance(result, Accepted | Refused):
        return 0
    return MAX_FAILURES if isinstance(result, Throttled) or result.stops else before + 1
