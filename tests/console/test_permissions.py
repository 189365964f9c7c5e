"""The authentication backend that stored sessions name."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from outbound.roles import OPERATORS
from tests.builders import an_operator

pytestmark = pytest.mark.django_db


def test_session_of_an_earlier_release_stays_signed_in(client: Client) -> None:
    user = an_operator("outbound.view_message")
    client.force_login(user, backend="console.permissions.OneQuestionBackend")

    response = client.get("/admin/outbound/message/")

    assert response.status_code == 200


def test_own_and_group_permissions_are_granted() -> None:
    user = an_operator("outbound.delete_template")
    user.groups.add(Group.objects.get(name=OPERATORS))

    assert user.has_perms(["outbound.steer_campaign", "outbound.delete_template"])
    assert not user.has_perm("auth.add_user")
