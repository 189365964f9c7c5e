"""The secret in a header: asked for as soon as it came in, so that nothing is lost while it is entered."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from outbound.models import Integration
from outbound.tracking import keys
from tests.builders import an_integration

pytestmark = pytest.mark.django_db


@pytest.fixture
def integration() -> Integration:
    return an_integration()


@pytest.fixture
def path(integration: Integration) -> str:
    secret = keys.rotate(integration, by=None, now=timezone.now())
    return f"/hooks/zenvia/{integration.pk}/{secret}/"


def answers(path: str, *headers: str) -> list[int]:
    """Post with each header in turn, "" being none; return how each was answered."""
    named = [{keys.HEADER: header} if header else {} for header in headers]
    return [Client().post(path, b"{}", "application/json", headers=one).status_code for one in named]


def test_the_header_is_asked_for_beside_the_path_from_the_first_event_on_that_brings_it(
    integration: Integration, path: str
) -> None:
    secret = keys.make_header(integration)
    before = answers(path, "", "wrong", secret)

    assert before == [200, 200, 200]
    assert answers(path, "", "wrong", secret) == [404, 404, 200]


def test_a_new_secret_of_the_header_takes_the_place_of_the_old_one_when_it_comes_in(
    integration: Integration, path: str
) -> None:
    old = keys.make_header(integration)
    answers(path, old)
    integration.refresh_from_db()
    new = keys.make_header(integration)
    meanwhile = answers(path, "", old)

    arrived = answers(path, new, old)

    assert (meanwhile, arrived) == ([404, 200], [200, 404])


def test_a_secret_that_was_made_and_never_came_in_is_replaced_by_the_next(
    integration: Integration, path: str
) -> None:
    lost, copied = keys.make_header(integration), keys.make_header(integration)

    assert answers(path, lost, "", copied, lost) == [200, 200, 200, 404]
