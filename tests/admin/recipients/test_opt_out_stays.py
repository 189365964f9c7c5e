"""An opt-out cannot be lost by changing or deleting the recipient."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from outbound.models import Recipient
from tests.builders import a_recipient, an_operator

pytestmark = pytest.mark.django_db
ALL = ("outbound.view_recipient", "outbound.change_recipient", "outbound.delete_recipient")


@pytest.fixture
def opted_out(client: Client) -> Recipient:
    client.force_login(an_operator(*ALL))
    return a_recipient(phone="+5535988001234", opted_out_at=timezone.now())


def test_number_of_opted_out_recipient_cannot_be_changed(client: Client, opted_out: Recipient) -> None:
    form = {"phone": "35 98800-9999", "name": "Maria", "attributes": ""}

    client.post(f"/admin/outbound/recipient/{opted_out.pk}/change/", form)

    opted_out.refresh_from_db()
    assert (opted_out.phone, opted_out.phone_key) == ("+5535988001234", "+5535988001234")


def test_name_of_opted_out_recipient_can_be_changed(client: Client, opted_out: Recipient) -> None:
    client.post(f"/admin/outbound/recipient/{opted_out.pk}/change/", {"name": "Ana", "attributes": ""})

    opted_out.refresh_from_db()
    assert opted_out.name == "Ana"


def test_opted_out_recipient_cannot_be_deleted(client: Client, opted_out: Recipient) -> None:
    response = client.post(f"/admin/outbound/recipient/{opted_out.pk}/delete/", {"post": "yes"})

    assert response.status_code == 403
    assert Recipient.objects.filter(pk=opted_out.pk).exists()


def test_other_recipient_can_be_deleted(client: Client, opted_out: Recipient) -> None:
    other = a_recipient()

    client.post(f"/admin/outbound/recipient/{other.pk}/delete/", {"post": "yes"})

    assert not Recipient.objects.filter(pk=other.pk).exists()
