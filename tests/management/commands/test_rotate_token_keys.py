"""`manage.py rotate_token_keys`: afterwards the first key alone decrypts every token."""

from __future__ import annotations

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from outbound.models import Integration
from outbound.models.fields import Secret
from tests.builders import TOKEN, an_integration

pytestmark = pytest.mark.django_db


def a_key() -> str:
    return Fernet.generate_key().decode()


def rotate() -> str:
    out = io.StringIO()
    call_command("rotate_token_keys", stdout=out)
    return out.getvalue()


def test_old_key_is_no_longer_needed(settings: Settings) -> None:
    settings.TOKEN_KEYS = [old := a_key()]
    integration = an_integration()
    settings.TOKEN_KEYS = [new := a_key(), old]

    rotate()

    settings.TOKEN_KEYS = [new]
    integration.refresh_from_db()
    assert integration.token.reveal() == TOKEN


def test_it_prints_the_count_and_no_token() -> None:
    an_integration()
    an_integration()

    said = rotate()

    assert said.startswith("2 ")
    assert TOKEN not in said


def test_unreadable_token_is_reported_and_unchanged(settings: Settings) -> None:
    sound, broken = an_integration(), an_integration(name="Broken one")
    broken.token = Secret("gAAAAA-no-key-reads-this")
    broken.save()

    with pytest.raises(CommandError, match="Broken one"):
        rotate()

    broken.refresh_from_db()
    sound.refresh_from_db()
    assert broken.token.stored == "gAAAAA-no-key-reads-this"
    assert sound.token.reveal() == TOKEN


def test_integration_without_token_is_unchanged() -> None:
    integration = an_integration(token="")

    rotate()

    integration.refresh_from_db()
    assert not integration.token


def test_it_changes_nothing_else() -> None:
    integration = an_integration()
    before = Integration.objects.values("name", "status", "token_replaced_at").get()

    rotate()

    assert Integration.objects.values("name", "status", "token_replaced_at").get(pk=integration.pk) == before
