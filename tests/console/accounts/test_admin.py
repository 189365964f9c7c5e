"""Users, groups and the audit log in our skin."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from unfold.admin import ModelAdmin

from console.accounts.admin import right_name
from outbound import audit
from outbound.audit import Verb
from tests.builders import a_recipient, an_integration, an_operator

pytestmark = pytest.mark.django_db

LOG = "/admin/auditlog/logentry/"


@pytest.mark.parametrize("model", [User, Group, LogEntry])
def test_the_pages_wear_the_skin(model: type) -> None:
    assert isinstance(admin.site._registry[model], ModelAdmin)


@pytest.mark.parametrize("address", ["/admin/auth/user/", "/admin/auth/group/", LOG, "/admin/"])
def test_the_pages_open(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 200


def test_a_user_page_shows_no_password(admin_client: Client, admin_user: User) -> None:
    page = admin_client.get(f"/admin/auth/user/{admin_user.pk}/change/").content.decode()

    assert admin_user.password not in page


@pytest.mark.parametrize("address", ["/admin/auth/user/?password__startswith=a", "/admin/auth/user/?email=a"])
def test_people_cannot_be_asked_for_by_other_columns(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 400


def test_a_group_is_given_rights(admin_client: Client) -> None:
    right = Permission.objects.get(codename="pause_integration")

    admin_client.post("/admin/auth/group/add/", {"name": "Night shift", "permissions": [right.pk]})

    assert list(Group.objects.get(name="Night shift").permissions.all()) == [right]


@pytest.mark.parametrize(
    ("codename", "name"),
    [("change_recipient", "recipient: change"), ("replace_token", "Can replace an integration's token")],
)
def test_a_right_has_a_name_in_plain_words(codename: str, name: str) -> None:
    with translation.override("en"):
        assert right_name(Permission.objects.get(codename=codename)) == name


def test_rights_that_open_nothing_here_are_not_offered(admin_client: Client) -> None:
    page = admin_client.get("/admin/auth/group/add/").content.decode()

    assert "session" not in page.lower().split('id="id_permissions"')[1].split("</form>")[0]


@pytest.mark.parametrize("text", ["adm", "x " * 5000])
def test_searching_people_does_no_harm(admin_client: Client, text: str) -> None:
    assert admin_client.get("/admin/auth/user/", {"q": text}).status_code == 200


def test_the_log_says_who_changed_what(admin_client: Client, admin_user: User) -> None:
    recipient = a_recipient(name="Ana")

    admin_client.post(
        f"/admin/outbound/recipient/{recipient.pk}/change/", {"phone": recipient.phone, "name": "Bea"}
    )

    entry = LogEntry.objects.filter(action=LogEntry.Action.UPDATE).get()
    assert entry.actor == admin_user
    assert entry.changes == {"name": ["Ana", "Bea"]}


def test_the_log_shows_what_no_field_tells(admin_client: Client, admin_user: User) -> None:
    audit.record(an_integration(), Verb.TOKEN_REPLACED, admin_user)

    page = admin_client.get(LOG, headers={"accept-language": "en"}).content.decode()

    assert "Token replaced" in page


def test_an_entry_can_be_read(admin_client: Client) -> None:
    audit.record(a_recipient(name="Ana"), Verb.RECIPIENT_CHANGED, None)

    page = admin_client.get(f"{LOG}{LogEntry.objects.get().pk}/change/").content.decode()

    assert "Ana" in page


@pytest.mark.parametrize("action", ["change", "delete"])
def test_nobody_changes_the_log(admin_client: Client, action: str) -> None:
    audit.record(a_recipient(), Verb.RECIPIENT_CHANGED, None)
    entry = LogEntry.objects.get()

    response = admin_client.post(
        reverse(f"admin:auditlog_logentry_{action}", args=[entry.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert LogEntry.objects.filter(pk=entry.pk).exists()


def test_the_log_needs_its_permission(client: Client) -> None:
    client.force_login(an_operator("outbound.view_recipient"))

    assert client.get(LOG).status_code == 403


def test_a_person_sees_only_the_pages_they_may_open(client: Client) -> None:
    client.force_login(an_operator("outbound.view_recipient"))

    page = client.get("/admin/").content.decode()

    assert "/admin/outbound/recipient/" in page
    assert "/admin/auth/user/" not in page
    assert "/admin/outbound/integration/" not in page
