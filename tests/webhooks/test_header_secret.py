"""A secret in a header is accepted at once, and required when a person says so."""

from __future__ import annotations

import pytest
from django.test import Client

from outbound.models import Integration
from outbound.webhooks import header_secret

pytestmark = pytest.mark.django_db


def answers(path: str, *headers: str) -> list[int]:
    """Post with each header in turn, "" being none; return how each was answered."""
    named = [{header_secret.HEADER: header} if header else {} for header in headers]
    return [Client().post(path, b"{}", "application/json", headers=one).status_code for one in named]


def test_header_is_required_once_a_person_says_so(integration: Integration, path: str) -> None:
    secret = header_secret.make(integration)
    before = answers(path, "", "wrong", secret, "")

    header_secret.require(integration)

    assert before == [200, 200, 200, 200]
    assert answers(path, "", "wrong", secret) == [404, 404, 200]


def test_old_header_is_accepted_until_the_new_one_is_required(integration: Integration, path: str) -> None:
    old = header_secret.make(integration)
    header_secret.require(integration)
    new = header_secret.make(integration)
    meanwhile = answers(path, "", old, new, old)

    header_secret.require(integration)

    assert meanwhile == [404, 200, 200, 200]
    assert answers(path, "", old, new) == [404, 404, 200]


def test_requiring_twice_requires_the_same_header(integration: Integration, path: str) -> None:
    secret = header_secret.make(integration)

    required = [header_secret.require(integration) for _time in range(2)]

    assert required == [True, False]
    assert answers(path, "", secret) == [404, 200]


def test_removed_header_is_not_required(integration: Integration, path: str) -> None:
    header_secret.make(integration)
    header_secret.require(integration)

    header_secret.remove(integration)

    assert answers(path, "", "wrong") == [200, 200]
