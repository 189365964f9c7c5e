"""A copied or restored database does not send until a person wakes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from outbound.lifecycle import IntegrationStatus
from outbound.models import Attempt, Installation, Integration
from outbound.sending.installation import clone_guard, installation_file
from outbound.sending.installation.clone_guard import highest_attempt
from tests.builders import an_integration
from tests.sending.steps import a_launched, at_once, claimed, run_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return Path(settings.DATA_DIR)


def agrees() -> bool:
    return clone_guard.agrees(timezone.now())


def move_to(settings: Any, directory: Path) -> None:
    directory.mkdir()
    settings.DATA_DIR = directory


def test_a_first_start_makes_an_identity_that_stays() -> None:
    an_integration()

    assert agrees()
    assert agrees()

    assert Integration.objects.get().is_active


def test_a_copy_stops_every_integration_and_says_why(settings: Any, tmp_path: Path) -> None:
    integration = an_integration()
    agrees()

    move_to(settings, tmp_path / "elsewhere")

    assert not agrees()
    integration.refresh_from_db()
    assert (integration.status, integration.status_reason) == (IntegrationStatus.STOPPED, clone_guard.COPIED)


def test_a_copy_sends_nothing(settings: Any, tmp_path: Path) -> None:
    a_launched(people=3)
    agrees()

    move_to(settings, tmp_path / "elsewhere")

    assert run_once() == 0
    assert not Attempt.objects.exists()
    assert run_once() == 0


def test_what_a_person_woke_stays_awake(settings: Any, tmp_path: Path) -> None:
    integration = an_integration()
    agrees()
    move_to(settings, tmp_path / "elsewhere")
    agrees()

    Integration.objects.resume(reason="It is the real one", by=None, now=timezone.now())

    assert agrees()
    integration.refresh_from_db()
    assert integration.is_active


def test_a_database_from_before_the_last_attempts_is_known_as_restored() -> None:
    integration = an_integration()
    a_launched(people=3, integration=integration)
    agrees()
    claimed()
    installation_file.raise_to(highest_attempt())

    Attempt.objects.order_by("-pk")[0].delete()

    assert not agrees()
    integration.refresh_from_db()
    assert integration.status_reason == clone_guard.RESTORED
    assert agrees()


def test_a_new_database_beside_an_old_directory_starts_afresh() -> None:
    integration = an_integration()
    a_launched(people=3, integration=integration)
    agrees()
    claimed()
    installation_file.raise_to(highest_attempt())
    Installation.objects.all().delete()
    Attempt.objects.all().delete()

    assert agrees()
    assert agrees()


def test_machines_that_are_told_the_same_id_belong_together(settings: Any, tmp_path: Path) -> None:
    settings.INSTALLATION_ID = "ours"
    an_integration()
    agrees()

    move_to(settings, tmp_path / "another-machine")

    assert agrees()


def test_a_machine_that_is_told_another_id_is_a_stranger(settings: Any, tmp_path: Path) -> None:
    settings.INSTALLATION_ID = "ours"
    an_integration()
    agrees()

    settings.INSTALLATION_ID = "theirs"

    assert not agrees()


def test_a_lost_data_directory_is_told_from_a_first_start(directory: Path) -> None:
    an_integration()
    agrees()

    (directory / "installation").unlink()

    assert not agrees()
    assert Installation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_senders_that_start_together_for_the_first_time_agree() -> None:
    an_integration()

    assert at_once(6, agrees) == [True] * 6
    assert Integration.objects.get().is_active
