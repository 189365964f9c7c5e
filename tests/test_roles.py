"""The groups an installation starts with, and what they get when it is brought up to date."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from outbound.roles import OPERATORS, ensure_groups

pytestmark = pytest.mark.django_db

ENGINE = "0002_sending_engine"


def operators() -> set[str]:
    return set(Group.objects.get(name=OPERATORS).permissions.values_list("codename", flat=True))


def take(codename: str) -> None:
    group = Group.objects.get(name=OPERATORS)
    group.permissions.remove(group.permissions.get(codename=codename))


def test_operators_may_steer_a_send_and_settle_a_doubt() -> None:
    assert {"steer_campaign", "settle_message"} <= operators()


def test_what_is_new_is_added_to_the_group_that_was_there_before() -> None:
    take("steer_campaign")

    ensure_groups({ENGINE})

    assert "steer_campaign" in operators()


def test_what_people_took_away_stays_away() -> None:
    take("steer_campaign")
    take("launch_campaign")

    ensure_groups()
    ensure_groups({"0003_another"})

    assert not {"steer_campaign", "launch_campaign"} & operators()
