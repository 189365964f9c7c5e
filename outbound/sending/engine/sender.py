"""The sender: records results, claims as many messages as have a slot, and hands them to the pool."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container, Iterable
from contextlib import closing

from django.utils import timezone

from outbound import failpoints
from outbound.gateways import gateway
from outbound.sending.engine.batching import Batching
from outbound.sending.engine.claim import ClaimResult, Credentials
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.pool import Pool, not_begun
from outbound.sending.engine.shutdown import Shutdown
from outbound.sending.engine.transactions import Transactions
from outbound.sending.installation import clone_guard
from outbound.sending.limits import eligible

# How soon and how late a sender that found nothing to claim tries again.
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.05, 0.5


class Sender:
    """One bounded run. Only the thread that calls `run` uses the database."""

    def __init__(
        self,
        *,
        seconds: float,
        slots: int,
        stop: threading.Event | None = None,
        linger: bool = True,
        nearly_over: Callable[[], None] | None = None,
    ) -> None:
        """Hold at most `slots` messages of each integration, half of them in flight.

        With `linger` the run waits for messages that become due within `seconds`. `stop` ends it early.
        `nearly_over` is called once, a second before its time is up.
        """
        self._slots, self._linger = slots, linger
        self._connections = max(1, slots // 2)
        self._shutdown = Shutdown(seconds, stop, nearly_over)
        self._transactions, self._batching = Transactions(), Batching()
        self._results: list[Delivered] = []
        self._credentials: dict[int, Credentials] = {}
        self._claim_at = 0.0
        self.sent = 0

    def run(self) -> int:
        """Send what is due until the time is up or nothing is left; return how many requests were made.

        Requests in flight at the end are waited for and recorded.
        """
        if not clone_guard.agrees(timezone.now()):
            return 0
        with closing(gateway.open_client(self._connections)) as client:
            self._pool = Pool(client, self._connections)
            try:
                self._loop()
            finally:
                self._finish()
        self._transactions.keep_house(self._pool.moves, every=0)
        return self.sent

    def _loop(self) -> None:
        while True:
            self._step()
            if self._pool.is_empty and not self._results and not self._is_worth_waiting():
                return
            self._gather()

    def _step(self) -> None:
        if not self._transactions.keep_house(self._pool.moves):
            self._shutdown.request()
        if not self._shutdown.may_begin:
            self._withdraw()
        wants = self._shutdown.may_claim and (bool(self._results) or time.monotonic() >= self._claim_at)
        if not self._results and not wants:
            return
        written = self._results
        held_back, found = self._transactions.write(written, self._free_slots if wants else None)
        self._results = self._results[len(written) :]
        self._batching.written()
        self._pool.reserve = self._pool.results_waiting
        if written:
            failpoints.reach(failpoints.AFTER_RECORD)
        if found:
            self._hand_over(found)
        elif wants:
            self._claim_at = time.monotonic() + MAX_PAUSE_SECONDS
        self._withdraw(held_back)

    def _finish(self) -> None:
        """Wait for the requests in flight and record them; after a regular end nothing is left to do."""
        self._withdraw()
        self._pool.close()
        self._results += self._pool.take()
        if self._results:
            self._transactions.record(self._results)

    def _hand_over(self, found: ClaimResult) -> None:
        if found.messages:
            failpoints.reach(failpoints.AFTER_CLAIM)
        self._withdraw_changed(found)
        if found.messages and not self._transactions.write_ahead(found.highest_attempt):
            self._results += map(not_begun, found.messages)
            self._shutdown.request()
            return
        self._pool.hand(found.messages)
        self.sent += len(found.messages)
        self._batching.are_few = not any(self._free_slots(one.integration_id) == 0 for one in found.messages)
        wait = MAX_PAUSE_SECONDS  # a result that comes in makes for a claim anyway
        if found.next_at:
            wait = min(wait, (found.next_at - timezone.now()).total_seconds())
        self._claim_at = time.monotonic() + wait

    def _withdraw_changed(self, found: ClaimResult) -> None:
        """Withdraw what waits under an old token or address, or belongs to a campaign that no longer runs."""
        known, self._credentials = self._credentials, self._credentials | found.credentials
        self._withdraw({pk for pk, one in found.credentials.items() if known.get(pk, one) != one})
        absent = self._pool.campaigns - found.campaigns
        if absent and (held_back := absent - eligible.still_running(absent)):
            self._withdraw(None, held_back)

    def _withdraw(self, pks: Iterable[int] | None = None, campaigns: Container[int] | None = None) -> None:
        withdrawn = self._pool.withdraw(pks, campaigns)
        self.sent -= len(withdrawn)
        self._results += withdrawn

    def _free_slots(self, integration_id: int) -> int:
        return self._slots - self._pool.held(integration_id)

    def _gather(self) -> None:
        if self._results:
            return
        self._batching.wait(
            self._pool, self._claim_at - time.monotonic() if self._shutdown.may_claim else None
        )
        self._results += self._pool.take()
        self._shutdown.announce()

    def _is_worth_waiting(self) -> bool:
        """Wait a little if something is due in time; return False if the run may end.

        Something may be due although a claim came back empty: it met only people who opted out, or an
        integration without a token, and others come after them.
        """
        if not self._shutdown.may_claim:
            return False
        due_at = eligible.next_due_at(timezone.now())
        seconds = (due_at - timezone.now()).total_seconds() if due_at else None
        if seconds is None or seconds > (self._shutdown.seconds_left if self._linger else 0.0):
            return False
        self._shutdown.wait(min(max(seconds, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS))
        self._claim_at = 0.0
        return True
