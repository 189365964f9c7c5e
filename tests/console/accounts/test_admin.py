"""The admin pages of users, groups and the audit log."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from unfold.admin import ModelAdmin

from console.accounts.admin import permission_label
from outbound import audit
from outbound.audit import Verb
from tests.builders import a_recipient, an_integration, an_operator

pytestmark = pytest.mark.django_db

LOG = "/admin/auditlog/logentry/"


@pytest.mark.parametrize("model", [User, Group, LogEntry])
def test_pages_have_the_skin(model: type) -> None:
    assert isinstance(admin.site._registry[model], ModelAdmin)


@pytest.mark.parametrize("address", ["/admin/auth/user/", "/admin/auth/group/", LOG, "/admin/"])
def test_pages_open(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 200


def test_user_page_shows_no_password(admin_client: Client, admin_user: User) -> None:
    page = admin_client.get(f"/admin/auth/user/{admin_user.pk}/change/").content.decode()

    assert admin_user.password not in page


@pytest.mark.parametrize("address", ["/admin/auth/user/?password__startswith=a", "/admin/auth/user/?email=a"])
def test_users_cannot_be_filtered_by_other_columns(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 400


def test_group_is_given_permissions(admin_client: Client) -> None:
    right = Permission.objects.get(codename="pause_integration")

    admin_client.post("/admin/auth/group/add/", {"name": "Night shift", "permissions": [right.pk]})

    assert list(Group.objects.get(name="Night shift").permissions.all()) == [right]


@pytest.mark.parametrize(
    ("codename", "name"),
    [("change_recipient", "recipient: change"), ("replace_token", "Can replace an integration's token")],
)
def test_permission_has_a_plain_label(codename: str, name: str) -> None:
    with translation.override("en"):
        assert permission_label(Permission.objects.get(codename=codename)) == name


def test_unused_permissions_are_not_offered(admin_client: Client) -> None:
    page = admin_client.get("/admin/auth/group/add/").content.decode()

    assert "session" not in page.lower().split('id="id_permissions"')[1].split("</form>")[0]


@pytest.mark.parametrize("text", ["adm", "x " * 5000])
def test_odd_searches_of_users_do_no_harm(admin_client: Client, text: str) -> None:
    assert admin_client.get("/admin/auth/user/", {"q": text}).status_code == 200


def test_log_shows_who_changed_what(admin_client: Client, admin_user: User) -> None:
    recipient = a_recipient(name="Ana")

    admin_client.post(
        f"/admin/outbound/recipient/{recipient.pk}/change/", {"phone": recipient.phone, "name": "Bea"}
    )

    entry = LogEntry.objects.filter(action=LogEntry.Action.UPDATE).get()
    assert entry.actor == admin_user
    assert entry.changes == {"name": ["Ana", "Bea"]}


def test_log_shows_changes_that_are_no_field(admin_client: Client, admin_user: User) -> None:
    audit.record(an_integration(), Verb.TOKEN_REPLACED, admin_user)

    page = admin_client.get(LOG, headers={"accept-language": "en"}).content.decode()

    assert "Token replaced" in page


def test_entry_page_opens(admin_client: Client) -> None:
    audit.record(a_recipient(name="Ana"), Verb.RECIPIENT_CHANGED, None)

    page = admin_client.get(f"{LOG}{LogEntry.objects.get().pk}/change/").content.decode()

    assert "Ana" in page


@pytest.mark.parametrize("action", ["change", "delete"])
def test_log_is_read_only(admin_client: Client, action: str) -> None:
    audit.record(a_recipient(), Verb.RECIPIENT_CHANGED, None)
    entry = LogEntry.objects.get()

    response = admin_client.post(
        reverse(f"admin:auditlog_logentry_{action}", args=[entry.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert LogEntry.objects.filter(pk=entry.pk).exists()


def test_log_needs_its_permission(client: Client) -> None:
    client.force_login(an_operator("outbound.view_recipient"))

    assert client.get(LOG).status_code == 403


def test_sidebar_shows_permitted_pages_only(client: Client) -> None:
    client.force_login(an_operator("outbound.view_recipient"))

    page = client.get("/admin/").content.decode()

    assert "/admin/outbound/recipient/" in page
    assert "/admin/auth/user/" not in page
    assert "/admin/outbound/integration/" not in page
