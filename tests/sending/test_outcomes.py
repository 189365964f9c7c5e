"""What each answer of the gateway leaves behind: one run over real HTTP for each magic ending."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outbound.lifecycle import IntegrationStatus, MessageStatus
from outbound.models import Message
from outbound.sandbox import server
from outbound.sandbox.scenarios import SCENARIOS
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
    QUEUED: "0307* 0308* 0401* 0403* 0404* 0405* 0410* 0408 0425 0429 0505",
    UNCONFIRMED: "0301* 0302* 0303* 0409 0500 0502 0503 0504 0600 0601 0602 0603 "
    "0610 0611 0612 0613* 0614 0615 0616 0617 0621",
}
CASES = [(ending[:4], status, "*" in ending) for status, all_ in OUTCOMES.items() for ending in all_.split()]


def test_every_scenario_of_the_sandbox_has_its_outcome_here() -> None:
    assert {ending for ending, _status, _stops in CASES} == set(SCENARIOS)


@pytest.mark.parametrize(("ending", "status", "stops"), CASES)
def test_each_answer_leaves_the_row_where_it_belongs(
    start: Callable[..., server.SandboxServer], ending: str, status: str, stops: bool
) -> None:
    gateway = start()
    integration = integrated(gateway)
    a_launched(integration=integration, numbers=f"+551190000{ending}")

    run_once()

    integration.refresh_from_db()
    assert Message.objects.get().status == status
    assert (integration.status == IntegrationStatus.STOPPED) is stops
    assert bool(integration.status_reason) is stops
