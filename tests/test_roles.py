"""The permission groups of a new installation, and of an upgraded one."""

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


def test_operators_may_pause_a_send_and_resolve_an_unconfirmed_message() -> None:
    assert {"steer_campaign", "settle_message"} <= operators()


def test_new_permission_is_added_to_an_existing_group() -> None:
    take("steer_campaign")

    ensure_groups({ENGINE})

    assert "steer_campaign" in operators()


def test_removed_permission_is_not_added_again() -> None:
    take("steer_campaign")
    take("launch_campaign")

    ensure_groups()
    ensure_groups({"0003_another"})

    assert not {"steer_campaign", "launch_campaign"} & operators()
