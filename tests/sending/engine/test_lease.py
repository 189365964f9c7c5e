"""The lease must outlive a call, or a slow answer would be called lost while it is still on its way."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.test import override_settings
from django.utils import timezone

from outbound.models import Message
from tests.sending.steps import a_launched, claimed


def ids(**settings: object) -> list[str | None]:
    with override_settings(**settings):
        return [message.id for message in run_checks()]


@pytest.mark.parametrize("seconds", [3, 75])
def test_a_lease_shorter_than_a_call_is_an_error_in_production(seconds: int) -> None:
    assert "outbound.E007" in ids(PRODUCTION=True, SENDER_LEASE_SECONDS=seconds)


@pytest.mark.parametrize("seconds", [76, 90])
def test_a_longer_lease_is_fine(seconds: int) -> None:
    assert "outbound.E007" not in ids(PRODUCTION=True, SENDER_LEASE_SECONDS=seconds)


def test_outside_production_it_may_be_short() -> None:
    assert "outbound.E007" not in ids(SENDER_LEASE_SECONDS=3)


@pytest.mark.django_db
def test_the_setting_is_what_a_claim_uses() -> None:
    a_launched()
    now = timezone.now()

    with override_settings(SENDER_LEASE_SECONDS=3):
        claimed(now=now)

    lease_until = Message.objects.get().lease_until
    assert lease_until is not None
    assert (lease_until - now).total_seconds() == 3
