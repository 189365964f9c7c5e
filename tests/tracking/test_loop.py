"""The intake thread processes events, and errors do not end it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from outbound.lifecycle import EventState
from outbound.models import Heartbeat, WebhookEvent
from outbound.sending import heartbeat
from outbound.tracking import loop
from outbound.tracking.loop import Intake
from tests.builders import an_integration
from tests.tracking.events import an_answer, arrived

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def intake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    monkeypatch.setattr(loop, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(loop, "AFTER_FAILURE_SECONDS", 0.01)
    one = Intake()
    yield one
    one.stop()


def wait_for_state(state: EventState) -> None:
    deadline = time.monotonic() + 10
    while not WebhookEvent.objects.filter(state=state).exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_event_is_processed_and_a_heartbeat_stored(intake: Intake) -> None:
    intake.start()

    arrived(an_integration(), an_answer("5511988887777", "oi"))

    wait_for_state(EventState.APPLIED)
    assert Heartbeat.objects.filter(name=heartbeat.INTAKE).exists()


def test_error_does_not_end_the_thread(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = loop.process_due, iter([ZeroDivisionError(), ZeroDivisionError()])

    def failing(now: object) -> int:
        for error in failures:
            raise error
        return real(now)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "process_due", failing)
    intake.start()

    arrived(an_integration(), an_answer("5511988887777", "oi"))

    wait_for_state(EventState.APPLIED)
