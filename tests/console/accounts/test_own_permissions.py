"""Nobody grants more permissions than they have, by form or crafted POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console.accounts.own_permissions import permissions_of
from outbound.roles import OPERATORS
from outbound.sending import heartbeat
from tests.builders import an_operator

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
OWN = "outbound.view_recipient"
RIGHTS = tuple(
    f"auth.{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in ("user", "group")
)
HELD = {OWN, *RIGHTS}
PASSWORD = "a-long-enough-password-9"  # noqa: S105


@pytest.fixture
def manager(client: Client) -> User:
    """Somebody who manages people and may view recipients, and nothing else."""
    user = an_operator(OWN, *RIGHTS, username="manager")
    client.force_login(user)
    return user


def address(record: User | Group, action: str = "change") -> str:
    return reverse(f"admin:auth_{record._meta.model_name}_{action}", args=[record.pk])


def everything(**values: Any) -> dict[str, Any]:
    """Return a form that asks for every right there is."""
    wanted = {
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": list(Group.objects.values_list("pk", flat=True)),
        "user_permissions": list(Permission.objects.values_list("pk", flat=True)),
        "permissions": list(Permission.objects.values_list("pk", flat=True)),
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00",
    }
    return wanted | values


def passwords(**values: Any) -> dict[str, Any]:
    return {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"} | values


def names(record: User | Group) -> set[str]:
    rights = permissions_of(record) if isinstance(record, User) else record.permissions.all()
    return {f"{app}.{name}" for app, name in rights.values_list("content_type__app_label", "codename")}


def a_group(*codenames: str, name: str = "Night shift") -> Group:
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=codenames))
    return group


def is_within(user: User) -> bool:
    """Whether nobody but those who were more before is more than HELD."""
    others = User.objects.exclude(username__startswith="strong")
    return not others.filter(is_superuser=True).exists() and all(names(one) <= HELD for one in others)


def stored(record: User | Group) -> tuple[Any, ...]:
    fresh = type(record).objects.filter(pk=record.pk)
    groups = set(record.groups.values_list("pk", flat=True)) if isinstance(record, User) else None
    return (fresh.values().first(), names(record), groups)


STRONG: dict[str, Callable[[], User | Group]] = {
    "superuser": lambda: an_operator(username="strong", is_superuser=True),
    "inactive superuser": lambda: an_operator(username="strong", is_superuser=True, is_active=False),
    "right of their own": lambda: an_operator("outbound.replace_token", username="strong"),
    "inactive": lambda: an_operator("outbound.replace_token", username="strong", is_active=False),
    "right of a group": lambda: _member(an_operator(username="strong"), Group.objects.get(name=OPERATORS)),
    "group": lambda: a_group("replace_token"),
}


def _member(user: User, group: Group) -> User:
    user.groups.add(group)
    return user


@pytest.mark.parametrize("kind", STRONG)
@pytest.mark.parametrize("posted", [{"is_active": ""}, {"email": "me@example.com"}, {"name": "x"}, {}])
def test_record_with_more_permissions_is_never_changed(
    client: Client, manager: User, kind: str, posted: dict[str, Any]
) -> None:
    record = STRONG[kind]()
    before = stored(record)
    model = record._meta.model_name

    client.post(address(record), everything(username="strong", name="x") | posted)
    client.post(address(record, "delete"), {"post": "yes"})
    client.post(f"/admin/auth/user/{record.pk}/password/", passwords()) if model == "user" else None
    for action in ("delete_selected", "make_active", ""):
        client.post(
            f"/admin/auth/{model}/", {"action": action, "_selected_action": [record.pk], "post": "yes"}
        )

    assert stored(record) == before
    assert is_within(manager)


@pytest.mark.parametrize("kind", STRONG)
def test_read_only_page_says_why(client: Client, manager: User, kind: str) -> None:
    page = client.get(address(STRONG[kind]()), headers=ENGLISH).content.decode()

    assert "may do more than you, so you can only look." in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("kind", [kind for kind in STRONG if kind != "group"])
def test_password_page_of_a_more_powerful_user_is_closed(client: Client, manager: User, kind: str) -> None:
    assert client.get(f"/admin/auth/user/{STRONG[kind]().pk}/password/").status_code == 403


@pytest.mark.parametrize(
    "wish",
    [
        {"is_superuser": "on"},
        {"groups": "every"},
        {"user_permissions": "every"},
        {"groups": "every", "user_permissions": "every", "is_superuser": "on"},
    ],
)
@pytest.mark.parametrize("whom", ["manager", "weak"])
def test_no_single_field_grants_more_permissions(
    client: Client, manager: User, wish: dict[str, Any], whom: str
) -> None:
    user = manager if whom == "manager" else an_operator(username="weak")
    full = everything()

    client.post(
        address(user),
        {"username": whom, "is_staff": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
        | {name: full[name] for name in wish},
    )

    assert is_within(manager)


def test_user_with_more_permissions_cannot_be_added(client: Client, manager: User) -> None:
    client.post("/admin/auth/user/add/", everything(username="new") | passwords())

    assert User.objects.filter(username="new").exists()
    assert is_within(manager)


def test_group_cannot_get_more_permissions(client: Client, manager: User) -> None:
    own = a_group("view_recipient")
    manager.groups.add(own)

    client.post(address(own), everything(name="Night shift"))
    client.post("/admin/auth/group/add/", everything(name="Another"))

    assert is_within(manager)
    assert all(names(group) <= HELD for group in Group.objects.filter(name__in=["Night shift", "Another"]))


def test_own_permissions_can_be_granted_and_removed(client: Client, manager: User) -> None:
    weak, group = an_operator(username="weak"), a_group("view_recipient")
    right = Permission.objects.get(codename="view_recipient")
    form = {"username": "weak", "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}

    client.post(address(weak), form | {"user_permissions": [right.pk], "groups": [group.pk]})
    given = names(weak), list(weak.groups.all())
    client.post(address(weak), form)

    assert given == ({OWN}, [group])
    assert (names(weak), list(weak.groups.all())) == (set(), [])


def test_user_with_no_more_permissions_can_be_managed(client: Client, manager: User) -> None:
    weak, other = an_operator(username="weak"), an_operator(OWN, username="other")
    old = weak.password

    client.post(f"/admin/auth/user/{weak.pk}/password/", passwords())
    client.post(address(other, "delete"), {"post": "yes"})

    weak.refresh_from_db()
    assert weak.password != old
    assert not User.objects.filter(username="other").exists()


def test_form_offers_own_permissions_and_explains(client: Client, manager: User) -> None:
    page = client.get(address(an_operator()), headers=ENGLISH).content.decode()

    assert "recipient: view" in page
    assert "integration: view" not in page
    assert OPERATORS not in page
    assert 'name="is_superuser"' not in page
    assert "Only a superuser makes superusers." in page


def test_superuser_grants_every_permission(client: Client) -> None:
    client.force_login(an_operator(is_superuser=True, username="root"))
    user = an_operator(username="new")
    offered = {"user_permissions": [Permission.objects.get(codename="replace_token").pk]}
    groups = list(Group.objects.values_list("pk", flat=True))

    client.post(address(user), everything(username="new", groups=groups) | offered)

    user.refresh_from_db()
    assert user.is_superuser
    assert user.groups.count() == len(groups)
    assert "outbound.replace_token" in names(user)


def test_viewer_gets_no_note_about_permissions(client: Client) -> None:
    client.force_login(an_operator("auth.view_user"))

    page = client.get(address(an_operator()), headers=ENGLISH).content.decode()

    assert "You can give and take" not in page


@pytest.mark.parametrize("path", ["user", "group"])
def test_page_makes_few_queries(client: Client, manager: User, path: str) -> None:
    record = an_operator(username="weak") if path == "user" else a_group("view_recipient")
    heartbeat.beat(timezone.now())
    client.get(address(record))  # content types are asked for once in a process

    with CaptureQueriesContext(connection) as asked:
        response = client.get(address(record))

    assert response.status_code == 200
    assert len(asked) <= 12
