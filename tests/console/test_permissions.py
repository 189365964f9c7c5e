"""Who may do what is asked once a page, and answered as Django would."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbound.roles import OPERATORS
from tests.builders import an_operator

pytestmark = pytest.mark.django_db

IN_A_GROUP, OF_THEIR_OWN = "outbound.steer_campaign", "outbound.delete_template"


def somebody(**values: Any) -> User:
    """A person with a permission of their own who is in a group."""
    user = an_operator(OF_THEIR_OWN, "outbound.view_message", **values)
    user.groups.add(Group.objects.get(name=OPERATORS))
    return User.objects.get(pk=user.pk)


def test_what_a_person_and_their_groups_may_do_is_asked_in_one_question() -> None:
    user = somebody()

    with CaptureQueriesContext(connection) as asked:
        found = user.has_perms([IN_A_GROUP, OF_THEIR_OWN]), user.has_perm("auth.add_user")

    assert found == (True, False)
    assert len(asked) == 1


@pytest.mark.parametrize("values", [{}, {"is_superuser": True}, {"is_active": False}])
def test_the_answer_is_djangos(values: dict[str, bool]) -> None:
    user = somebody(**values)

    ours = user.get_all_permissions()

    assert ours == ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))


def test_nobody_is_asked_about_a_single_record() -> None:
    user = somebody()

    assert not user.has_perm(OF_THEIR_OWN, user)
