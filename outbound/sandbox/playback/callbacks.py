"""Events on their way back: each posted when it is due, by a few threads, in the order of its story."""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from outbound.sandbox.playback import event_scripts, events
from outbound.sandbox.playback.callback_log import Posted
from outbound.sandbox.playback.callback_target import Hook
from outbound.sandbox.playback.events import Taken

THREADS = 8
# Zenvia waits 30 s or more, and tries 30 times; nobody wants to wait for that here.
RETRY_SECONDS = 1.0
MOST_TRIES = 4
# How long a request waits for the events that are to come before its answer.
FIRST_SECONDS = 5.0
REMEMBERED_MESSAGES = 1000


@dataclass(slots=True)
class Told:
    """One story that is being told. `body` is what could not be posted yet."""

    play: event_scripts.Play
    name: str
    destination: str | None = None
    external_id: str | None = None
    body: bytes | None = None
    tries: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)


class Callbacks:
    """Tells stories to a hook. Threads begin with the first one, and `stop` ends all of it at once."""

    def __init__(self, hook: Hook, posted: Posted, *, retry_seconds: float = RETRY_SECONDS) -> None:
        self.hook = hook
        self.posted = posted
        self.is_on = True
        self.delay_factor = 1.0
        self._retry_seconds = retry_seconds
        self._due: list[tuple[float, int, Told]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._is_over = False
        self._threads: list[threading.Thread] = []
        self._recent: deque[Taken] = deque(maxlen=REMEMBERED_MESSAGES)

    @contextmanager
    def around(self, taken: Taken | None) -> Iterator[None]:
        """Tell what becomes of a message, if one was taken, around the answer to its request."""
        if taken is None:
            yield
            return
        self._recent.append(taken)
        story = event_scripts.chosen(taken.destination)
        told = Told(story.play(taken), story.name, taken.destination, taken.receipt.external_id)
        is_heard = self.is_on and self.hook.address() is not None
        if is_heard and story.comes_first:
            self._put(told, 0)
            told.is_over.wait(FIRST_SECONDS)
        try:
            yield
        finally:  # a client that left gets no answer, but its message was taken
            if is_heard and not story.comes_first:
                self._put(told, 0)

    def post(self, bodies: Iterable[bytes | events.Event]) -> None:
        """Post bodies at once and beside each other, whatever they are."""
        for body in bodies:
            raw = body if isinstance(body, bytes) else events.dumps(body)
            self._put(Told(iter(()), "ordered", body=raw), 0)

    def storm(self, size: int) -> None:
        """Post so many statuses of the messages that were taken last."""
        self.post(event_scripts.storm(list(self._recent), size))

    @property
    def waiting(self) -> int:
        """How many stories go on later."""
        return len(self._due)

    def stop(self) -> None:
        """Forget what is due, cut what is under way, and end the threads."""
        with self._changed:
            self._is_over = True
            for _moment, _number, told in self._due:
                told.is_over.set()
            self._changed.notify_all()
        self.hook.close()
        for thread in self._threads:
            thread.join()
        self.posted.close()

    def _put(self, told: Told, seconds: float) -> None:
        with self._changed:
            if self._is_over:
                told.is_over.set()
                return
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), told))
            if len(self._threads) < THREADS:
                self._threads.append(threading.Thread(target=self._work, name="callbacks", daemon=True))
                self._threads[-1].start()
            self._changed.notify()

    def _work(self) -> None:
        while told := self._next():
            self._go_on(told)

    def _next(self) -> Told | None:
        with self._changed:
            while not self._is_over:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None

    def _go_on(self, told: Told) -> None:
        """Tell a story until it waits, or is over."""
        while not self._is_over:
            if told.body is not None and not self._post(told):
                self._put(told, self._retry_seconds)
                return
            step = next(told.play, None)
            if step is None:
                break
            if isinstance(step, float):
                self._put(told, step * self.delay_factor)
                return
            told.body, told.tries = events.dumps(step), 0
        told.is_over.set()

    def _post(self, told: Told) -> bool:
        """Post what is due, and return whether that is done with: it was taken, given up, or nobody asks."""
        assert told.body is not None
        answer = self.hook.post(told.body) if self.is_on else None
        told.tries += 1
        if answer is None:
            is_done = True
        else:
            with suppress(OSError):  # a full disk costs a line here, and no event
                self.posted.append(
                    told.name, told.destination, told.external_id, told.tries, told.body, answer
                )
            is_done = answer == 200 or told.tries >= MOST_TRIES
        if is_done:
            told.body = None
        return is_done
