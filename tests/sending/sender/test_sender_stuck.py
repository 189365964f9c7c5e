"""A sender's sign of life is progress: calls of which none comes back give none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outbound.lifecycle import MessageStatus
from outbound.sandbox.http import server
from outbound.sending import heartbeat
from outbound.sending.engine import transactions
from tests.sending.steps import a_launched, integrated, run_once, statuses


@pytest.mark.django_db(transaction=True)
def test_no_sign_of_life_while_every_call_is_stuck(
    start: Callable[..., server.SandboxServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[Any] = []
    monkeypatch.setattr(transactions, "HOUSEKEEPING_SECONDS", 0.05)
    monkeypatch.setattr(heartbeat, "beat", beats.append)
    a_launched(people=2, integration=integrated(start(latency_ms=1500)))

    run_once(slots=4)

    # At its start, with the claim, with the answers and at its end; housekeeping came by thirty times.
    assert statuses() == {MessageStatus.ACCEPTED: 2}
    assert 2 <= len(beats) <= 6


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_waits_for_its_pace_gives_signs_of_life(
    start: Callable[..., server.SandboxServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[Any] = []
    monkeypatch.setattr(transactions, "HOUSEKEEPING_SECONDS", 0.05)
    monkeypatch.setattr(heartbeat, "beat", beats.append)
    a_launched(people=20, integration=integrated(start(), per_second=1))

    run_once(seconds=4)

    assert len(beats) > 6
