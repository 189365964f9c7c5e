"""Launches or cancels a send, and times the transactions.

`python -m tests.tools.bench.setup.time_transactions VERB CAMPAIGN` prints
`{"seconds": in all, "longest": of one transaction}`. A transaction of SQLite is timed from when its
BEGIN IMMEDIATE has the lock until its commit has returned.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from outbound.models import Campaign  # noqa: E402
from outbound.sending.control import campaigns  # noqa: E402
from outbound.sending.planning.launch import launch as launch_draft  # noqa: E402

held: list[float] = [0.0]


def watch(one: Any) -> None:
    """Time what this connection does between the beginning and the end of each transaction."""
    begin, began = one._start_transaction_under_autocommit, [0.0]

    def beginning() -> None:
        begin()
        began[0] = time.perf_counter()

    def ending(end: Any) -> Any:
        def ended() -> None:
            end()
            held.append(time.perf_counter() - began[0])

        return ended

    one._start_transaction_under_autocommit = beginning
    one._commit, one._rollback = ending(one._commit), ending(one._rollback)


def launch(campaign: Campaign) -> None:
    launch_draft(campaign, by=None, now=timezone.now())


def cancel(campaign: Campaign) -> None:
    campaigns.cancel(campaign, reason="bench", by=None, now=timezone.now())


if __name__ == "__main__":
    verb, number = sys.argv[1:]
    campaign = Campaign.objects.get(pk=number)
    watch(connection)
    started = time.perf_counter()
    {"launch": launch, "cancel": cancel}[verb](campaign)
    seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds, "longest": max(held)}))
