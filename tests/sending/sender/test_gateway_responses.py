"""What each answer of the gateway leaves behind: one run over real HTTP for each magic ending."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outbound.lifecycle import AttemptOutcome, IntegrationStatus, MessageStatus
from outbound.models import Attempt, Message
from outbound.sandbox.http import ledger, server
from outbound.sandbox.playback.scenarios import SCENARIOS
from tests.sending.steps import a_launched, integrated, run_once

pytestmark = pytest.mark.django_db

QUEUED, UNCONFIRMED, REFUSED, TAKEN = (
    MessageStatus.QUEUED,
    MessageStatus.UNCONFIRMED,
    MessageStatus.REFUSED,
    MessageStatus.ACCEPTED,
)
# What is left of a message after one run, for each ending; an asterisk: the integration is stopped too.
OUTCOMES = {
    TAKEN: "0200 0620 0622",
    REFUSED: "0400 0413 0415 0422",
    QUEUED: "0307* 0308* 0401* 0403* 0404* 0405* 0410* 0408 0425 0429 0505 0640 0641 0642 0643 0644",
    UNCONFIRMED: "0301* 0302* 0303* 0409 0500 0502 0503 0504 0600 0601 0602 0603 0604 "
    "0610 0611 0612 0613* 0614 0615 0616 0617 0618 0619 0621 0630",
}
CASES = [(ending[:4], status, "*" in ending) for status, all_ in OUTCOMES.items() for ending in all_.split()]
ATTEMPTS = {
    TAKEN: AttemptOutcome.ACCEPTED,
    REFUSED: AttemptOutcome.REFUSED,
    QUEUED: AttemptOutcome.NOT_SENT,
    UNCONFIRMED: AttemptOutcome.AMBIGUOUS,
}
COUNTED = {"0408", "0425"}  # tries that bring a message nearer to being given up

Start = Callable[..., server.SandboxServer]


def test_every_scenario_of_the_sandbox_has_its_outcome_here() -> None:
    assert {ending for ending, _status, _stops in CASES} == set(SCENARIOS)


@pytest.mark.parametrize(("ending", "status", "stops"), CASES)
def test_each_answer_leaves_the_row_where_it_belongs(
    start: Start, ending: str, status: MessageStatus, stops: bool
) -> None:
    gateway = start()
    integration = integrated(gateway)
    a_launched(integration=integration, numbers=f"+551190000{ending}")

    run_once()

    message = Message.objects.get()
    integration.refresh_from_db()
    assert message.status == status
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {ATTEMPTS[status]}
    assert (message.failed_tries > 0) is (ending in COUNTED)
    assert (integration.status == IntegrationStatus.STOPPED) is stops
    assert bool(integration.status_reason) is stops
    # Nothing that the gateway took is called refused or queued, and each request had an id of its own.
    lines = list(ledger.read(gateway.ledger.path))
    assert sum(line["taken"] for line in lines) in {TAKEN: {1}, UNCONFIRMED: {0, 1}}.get(status, {0})
    assert len({line["external_id"] for line in lines}) == len(lines) == Attempt.objects.count()


@pytest.mark.parametrize("ending", ["0500", "0502", "0503", "0504"])
def test_the_switch_of_an_integration_tries_a_server_error_again(start: Start, ending: str) -> None:
    integration = integrated(start(), server_errors_mean_not_sent=True)
    a_launched(integration=integration, numbers=f"+551190000{ending}")

    run_once()

    message = Message.objects.get()
    assert (message.status, message.failed_tries > 0) == (QUEUED, True)
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {AttemptOutcome.NOT_SENT}


@pytest.mark.parametrize("ending", ["0640", "0641", "0644"])
def test_a_gateway_that_asks_to_wait_is_obeyed_and_no_try_is_burnt(start: Start, ending: str) -> None:
    gateway = start()
    a_launched(integration=integrated(gateway), numbers=f"+551190000{ending}")

    run_once(seconds=20, linger=True)

    message = Message.objects.get()
    tries = SCENARIOS[ending].tries or 0
    assert (message.status, message.failed_tries, message.attempt_count) == (TAKEN, 0, tries + 1)
    assert [line["taken"] for line in ledger.read(gateway.ledger.path)] == [False] * tries + [True]
