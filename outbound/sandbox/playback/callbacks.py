"""Posts events to the webhook when they are due, by a few threads, in the order of their script."""

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
from outbound.sandbox.playback.callback_log import CallbackLog
from outbound.sandbox.playback.callback_target import CallbackTarget
from outbound.sandbox.playback.events import AcceptedMessage

THREADS = 8
# Zenvia waits 30 s or more and tries 30 times, which is too slow for a sandbox.
RETRY_SECONDS = 1.0
MOST_TRIES = 4
# How long a response waits for the events that are to come before it.
FIRST_SECONDS = 5.0
REMEMBERED_MESSAGES = 1000


@dataclass(slots=True)
class ScriptRun:
    """One run of a script. `body` is what could not be posted yet."""

    steps: event_scripts.Steps
    name: str
    destination: str | None = None
    external_id: str | None = None
    body: bytes | None = None
    tries: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)


class Callbacks:
    """Runs scripts against a target. Threads start with the first script, and `stop` ends them at once."""

    def __init__(
        self, target: CallbackTarget, log: CallbackLog, *, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self.target = target
        self.log = log
        self.is_on = True
        self.delay_factor = 1.0
        self._retry_seconds = retry_seconds
        self._due: list[tuple[float, int, ScriptRun]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._is_over = False
        self._threads: list[threading.Thread] = []
        self._recent: deque[AcceptedMessage] = deque(maxlen=REMEMBERED_MESSAGES)

    @contextmanager
    def during_response(self, accepted: AcceptedMessage | None) -> Iterator[None]:
        """Run the script of a message, if one was accepted, before or after the response to its request."""
        if accepted is None:
            yield
            return
        self._recent.append(accepted)
        script = event_scripts.script_for(accepted.destination)
        run = ScriptRun(
            script.steps(accepted), script.name, accepted.destination, accepted.receipt.external_id
        )
        is_posted = self.is_on and self.target.address() is not None
        if is_posted and script.before_response:
            self._put(run, 0)
            run.is_over.wait(FIRST_SECONDS)
        try:
            yield
        finally:  # a client that left gets no response, though its message was accepted
            if is_posted and not script.before_response:
                self._put(run, 0)

    def post(self, bodies: Iterable[bytes | events.Event]) -> None:
        """Post any bodies at once and in parallel."""
        for body in bodies:
            raw = body if isinstance(body, bytes) else events.dumps(body)
            self._put(ScriptRun(iter(()), "ordered", body=raw), 0)

    def storm(self, size: int) -> None:
        """Post `size` statuses of the messages that were accepted last."""
        self.post(event_scripts.storm(list(self._recent), size))

    @property
    def waiting(self) -> int:
        """How many scripts wait for their next step."""
        return len(self._due)

    def stop(self) -> None:
        """Drop what is due, cut what is under way, and end the threads."""
        with self._changed:
            self._is_over = True
            for _moment, _number, run in self._due:
                run.is_over.set()
            self._changed.notify_all()
        self.target.close()
        for thread in self._threads:
            thread.join()
        self.log.close()

    def _put(self, run: ScriptRun, seconds: float) -> None:
        with self._changed:
            if self._is_over:
                run.is_over.set()
                return
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), run))
            if len(self._threads) < THREADS:
                self._threads.append(threading.Thread(target=self._work, name="callbacks", daemon=True))
                self._threads[-1].start()
            self._changed.notify()

    def _work(self) -> None:
        while run := self._next():
            self._run(run)

    def _next(self) -> ScriptRun | None:
        with self._changed:
            while not self._is_over:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None

    def _run(self, run: ScriptRun) -> None:
        """Run a script until it waits or ends."""
        while not self._is_over:
            if run.body is not None and not self._post(run):
                self._put(run, self._retry_seconds)
                return
            step = next(run.steps, None)
            if step is None:
                break
            if isinstance(step, float):
                self._put(run, step * self.delay_factor)
                return
            run.body, run.tries = events.dumps(step), 0
        run.is_over.set()

    def _post(self, run: ScriptRun) -> bool:
        """Post what is due; return whether it is finished: accepted, given up, or not wanted."""
        assert run.body is not None
        answer = self.target.post(run.body) if self.is_on else None
        run.tries += 1
        if answer is None:
            is_done = True
        else:
            with suppress(OSError):  # a full disk loses a line of the log, but no event
                self.log.append(run.name, run.destination, run.external_id, run.tries, run.body, answer)
            is_done = answer == 200 or run.tries >= MOST_TRIES
        if is_done:
            run.body = None
        return is_done
