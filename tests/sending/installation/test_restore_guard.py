"""A sender remembers outside its database how far it came, and before the first byte leaves."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from outbound.models import Attempt
from outbound.sending.engine.pool import Pool
from outbound.sending.installation import clone_guard, installation_file
from outbound.sending.installation.clone_guard import highest_attempt
from outbound.sending.installation.restore_guard import RestoreGuard
from tests.builders import an_integration
from tests.sending.steps import a_launched, claimed, run_once, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def guard() -> RestoreGuard:
    clone_guard.identify()
    return RestoreGuard()


def test_attempts_are_written_down_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    a_launched(people=9)
    ahead: list[bool] = []
    hand = Pool.hand

    def watched(pool: Pool, rows: Any) -> None:
        if rows:
            ahead.append(installation_file.read().highest_attempt >= highest_attempt())
        hand(pool, rows)

    monkeypatch.setattr(Pool, "hand", watched)
    run_once(slots=2)

    assert len(ahead) > 1
    assert all(ahead)


def test_nothing_is_sent_that_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    a_launched(people=3)

    def full(highest_attempt: int) -> None:
        if highest_attempt:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(installation_file, "raise_to", full)

    assert run_once() == 0

    assert statuses() == {"queued": 3}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"not_sent"}


def test_a_database_that_is_put_back_under_a_working_sender_is_noticed(guard: RestoreGuard) -> None:
    integration = an_integration()
    a_launched(people=4, integration=integration)
    claimed(2)
    guard.write_ahead(highest_attempt(), timezone.now())

    Attempt.objects.latest("pk").delete()

    assert not guard.check(timezone.now())
    integration.refresh_from_db()
    assert integration.status_reason == clone_guard.RESTORED


def test_a_claim_that_opens_lower_attempts_than_before_stops_everything(guard: RestoreGuard) -> None:
    integration = an_integration()

    assert guard.write_ahead(7, timezone.now())
    assert guard.write_ahead(9, timezone.now())
    assert not guard.write_ahead(8, timezone.now())

    integration.refresh_from_db()
    assert integration.status_reason == clone_guard.RESTORED


def test_what_another_sender_beside_it_opened_alarms_nobody(guard: RestoreGuard) -> None:
    a_launched(people=4)
    claimed(2)
    mine = highest_attempt()
    claimed(2)
    RestoreGuard().check(timezone.now())

    assert guard.write_ahead(mine, timezone.now())
    assert guard.check(timezone.now())
    assert installation_file.read().highest_attempt == highest_attempt()


def test_what_another_sender_opens_while_it_looks_alarms_nobody(
    guard: RestoreGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_launched(people=4)
    claimed(2)
    known = clone_guard.highest_attempt

    def slowly() -> int:
        highest = known()
        claimed(2)
        installation_file.raise_to(known())
        return highest

    monkeypatch.setattr(clone_guard, "highest_attempt", slowly)

    assert guard.check(timezone.now())
