"""The admin of templates: fields, preview, archiving, and templates in use."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.models import Template
from tests.builders import a_campaign, a_template, an_operator

pytestmark = pytest.mark.django_db

LIST = "/admin/outbound/template/"
EDIT = (
    "outbound.view_template",
    "outbound.add_template",
    "outbound.change_template",
    "outbound.delete_template",
    "outbound.view_templatefield",
    "outbound.add_templatefield",
    "outbound.change_templatefield",
)


def address(template: Template, action: str = "change") -> str:
    return reverse(f"admin:outbound_template_{action}", args=[template.pk])


def filled_in(**values: str) -> dict[str, str]:
    return {
        "template_id": "welcome-1",
        "name": "Welcome",
        "language": "pt_BR",
        "category": "utility",
        "body": "Hello {{name}}, your order {{order}} is on its way.",
        "fields-TOTAL_FORMS": "0",
        "fields-INITIAL_FORMS": "0",
    } | values


def test_saving_adds_placeholders_as_fields(client: Client) -> None:
    client.force_login(an_operator(*EDIT))

    client.post(f"{LIST}add/", filled_in())

    assert list(Template.objects.get().fields.values_list("key", flat=True)) == ["name", "order"]


def test_saving_names_added_fields(client: Client) -> None:
    client.force_login(an_operator(*EDIT))

    response = client.post(f"{LIST}add/", filled_in(), follow=True)

    assert "name, order" in response.content.decode()


def test_existing_field_is_not_changed(client: Client) -> None:
    client.force_login(an_operator(*EDIT))
    described = {"fields-0-key": "name", "fields-0-label": "First name", "fields-0-position": "0"}

    client.post(f"{LIST}add/", filled_in(**{"fields-TOTAL_FORMS": "1"}, **described))

    labels = list(Template.objects.get().fields.values_list("label", flat=True))
    assert labels == ["First name", "order"]


@pytest.mark.parametrize("template_id", ["", "two words", "x" * 201])
def test_invalid_template_id_is_refused(client: Client, template_id: str) -> None:
    client.force_login(an_operator(*EDIT))

    client.post(f"{LIST}add/", filled_in(template_id=template_id))

    assert not Template.objects.exists()


def test_preview_shows_examples(client: Client) -> None:
    template = a_template(body="Hello {{name}}!")
    template.fields.create(key="name", example="Maria")
    client.force_login(an_operator(*EDIT))

    page = client.get(address(template)).content.decode()

    assert "Hello Maria!" in page


def test_preview_is_escaped(client: Client) -> None:
    template = a_template(body="<script>alert(1)</script>")
    client.force_login(an_operator(*EDIT))

    page = client.get(address(template)).content.decode()

    assert "<script>alert(1)" not in page


def test_get_archives_nothing(client: Client) -> None:
    template = a_template()
    client.force_login(an_operator(*EDIT))

    client.get(address(template, "archive"))

    template.refresh_from_db()
    assert template.archived_at is None


def test_post_archives(client: Client) -> None:
    template = a_template()
    client.force_login(an_operator(*EDIT))

    client.post(address(template, "archive"))

    template.refresh_from_db()
    assert template.archived_at is not None


def test_archiving_twice_keeps_the_first_time(client: Client) -> None:
    first = timezone.now()
    template = a_template(archived_at=first)
    client.force_login(an_operator(*EDIT))

    client.post(address(template, "archive"))

    template.refresh_from_db()
    assert template.archived_at == first


def test_archived_template_can_be_restored(client: Client) -> None:
    template = a_template(archived_at=timezone.now())
    client.force_login(an_operator(*EDIT))

    client.post(address(template, "restore"))

    template.refresh_from_db()
    assert template.archived_at is None


@pytest.mark.parametrize("action", ["archive", "restore"])
def test_archiving_needs_permission(client: Client, action: str) -> None:
    client.force_login(an_operator("outbound.view_template"))

    response = client.post(address(a_template(), action))

    assert response.status_code == 403


def test_used_template_cannot_be_deleted(client: Client) -> None:
    template = a_template()
    a_campaign(template=template)
    client.force_login(an_operator(*EDIT))

    response = client.post(address(template, "delete"), {"post": "yes"})

    assert response.status_code == 403


def test_used_template_suggests_archiving(client: Client) -> None:
    template = a_template()
    a_campaign(template=template)
    client.force_login(an_operator(*EDIT))

    page = client.get(address(template), headers={"accept-language": "en"}).content.decode()

    assert "Archive it instead." in page


def test_id_of_used_template_is_read_only(client: Client) -> None:
    template = a_template(template_id="fixed")
    a_campaign(template=template)
    client.force_login(an_operator(*EDIT))

    client.post(address(template), filled_in(template_id="other"))

    template.refresh_from_db()
    assert template.template_id == "fixed"
    assert template.name == "Welcome"


@pytest.mark.parametrize("state", ["active", "paused", "archived"])
def test_list_filters_by_state(client: Client, state: str) -> None:
    a_template(name="active")
    a_template(name="paused", paused_at=timezone.now())
    a_template(name="archived", archived_at=timezone.now(), paused_at=timezone.now())
    client.force_login(an_operator(*EDIT))

    response = client.get(LIST, {"state": state})

    assert [template.name for template in response.context["cl"].result_list] == [state]
