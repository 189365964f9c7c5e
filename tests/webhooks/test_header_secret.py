"""The secret in a header: it opens at once, and is asked for when a person says so."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client

from outbound.models import Integration
from outbound.webhooks import header_secret, secrets

pytestmark = pytest.mark.django_db


def answers(path: str, *headers: str) -> list[int]:
    """Post with each header in turn, "" being none; return how each was answered."""
    named = [{secrets.HEADER: header} if header else {} for header in headers]
    return [Client().post(path, b"{}", "application/json", headers=one).status_code for one in named]


def test_a_header_is_asked_for_when_a_person_says_so(integration: Integration, path: str) -> None:
    secret = header_secret.make(integration)
    before = answers(path, "", "wrong", secret, "")

    header_secret.ask_for(integration)

    assert before == [200, 200, 200, 200]
    assert answers(path, "", "wrong", secret) == [404, 404, 200]


def test_the_first_event_that_brings_it_is_written_down(integration: Integration, path: str) -> None:
    secret = header_secret.make(integration)
    seen = []
    for header in ("", "wrong", secret):
        answers(path, header)
        seen.append(Integration.objects.get().webhook_header_seen_at)
    answers(path, secret)

    assert seen[:2] == [None, None]
    assert Integration.objects.get().webhook_header_seen_at == seen[2] is not None


def test_until_a_new_one_is_asked_for_the_old_one_opens_too(integration: Integration, path: str) -> None:
    old = header_secret.make(integration)
    answers(path, old)
    header_secret.ask_for(integration)
    new = header_secret.make(integration)
    meanwhile = answers(path, "", old, new, old)

    header_secret.ask_for(integration)

    assert meanwhile == [404, 200, 200, 200]
    assert answers(path, "", old, new) == [404, 404, 200]


def test_asking_twice_asks_for_the_same(integration: Integration, path: str) -> None:
    secret = header_secret.make(integration)
    answers(path, secret)

    asked = [header_secret.ask_for(integration) for _time in range(2)]

    assert asked == [True, False]
    assert answers(path, "", secret) == [404, 200]


def test_what_never_came_in_is_not_asked_for(integration: Integration, path: str) -> None:
    header_secret.make(integration)

    assert not header_secret.ask_for(integration)
    assert answers(path, "") == [200]


def test_an_event_is_answered_although_its_header_cannot_be_written_down(
    integration: Integration, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = header_secret.make(integration)
    monkeypatch.setattr(header_secret, "came_in", Mock(side_effect=OperationalError("locked")))

    assert answers(path, secret) == [200]
