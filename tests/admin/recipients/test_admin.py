"""The admin of recipients: numbers, attributes, and opting out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.models import Message, Recipient
from tests.builders import a_message, a_recipient, an_operator

pytestmark = pytest.mark.django_db

ADD = "/admin/outbound/recipient/add/"
EDIT = (
    "outbound.view_recipient",
    "outbound.add_recipient",
    "outbound.change_recipient",
    "outbound.delete_recipient",
)
OPT_OUT = ("outbound.view_recipient", "outbound.opt_out_recipient")


def address(recipient: Recipient, action: str = "change") -> str:
    return reverse(f"admin:outbound_recipient_{action}", args=[recipient.pk])


def add(client: Client, **values: str) -> dict[str, list[str]]:
    """Post the form, and return the codes of its errors."""
    client.force_login(an_operator(*EDIT))
    response = client.post(ADD, {"phone": "35 98800-1234", "name": "Maria", "attributes": ""} | values)
    errors = response.context["adminform"].form.errors.as_data() if response.context else {}
    return {field: [error.code for error in found] for field, found in errors.items()}


@pytest.mark.parametrize(
    "spelling",
    ["35988001234", "(35) 9 8800-1234", "+55 35 98800-1234", "5535988001234", "35 98800 1234"],
)
def test_number_is_stored_as_e164(client: Client, spelling: str) -> None:
    add(client, phone=spelling)

    assert Recipient.objects.get().phone == "+5535988001234"


@pytest.mark.parametrize("phone", ["5535abc", "1234567", "1" * 20, "00 98800-1234", "x" * 10_000])
def test_invalid_number_is_refused(client: Client, phone: str) -> None:
    assert add(client, phone=phone) == {"phone": ["destination_invalid"]}


@pytest.mark.parametrize("twin", ["+5535988001234", "35 8800-1234"])
def test_duplicate_number_is_refused(client: Client, twin: str) -> None:
    a_recipient(phone="+5535988001234", name="Ana")

    assert add(client, phone=twin) == {"phone": ["duplicate_recipient"]}


def test_duplicate_error_names_the_recipient(client: Client) -> None:
    a_recipient(phone="+5535988001234", name="Ana")
    client.force_login(an_operator(*EDIT))

    response = client.post(ADD, {"phone": "35 98800-1234"}, headers={"accept-language": "en"})

    assert "This number is already saved for Ana · +55 35 98800-1234." in response.content.decode()


def test_saving_again_is_no_duplicate(client: Client) -> None:
    recipient = a_recipient(phone="+5535988001234")
    client.force_login(an_operator(*EDIT))

    client.post(address(recipient), {"phone": "+55 35 98800-1234", "name": "Ana", "attributes": ""})

    recipient.refresh_from_db()
    assert recipient.name == "Ana"


def test_attributes_are_read_from_lines(client: Client) -> None:
    add(client, attributes="city: Lavras\n\norder_1:  12:30 h \n")

    assert Recipient.objects.get().attributes == {"city": "Lavras", "order_1": "12:30 h"}


def test_attributes_are_shown_as_lines(client: Client) -> None:
    recipient = a_recipient(attributes={"age": 30, "city": "Lavras"})
    client.force_login(an_operator(*EDIT))

    response = client.get(address(recipient))

    assert "age: 30\ncity: Lavras" in response.content.decode()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("Lavras", "attribute_incomplete"),
        ("city:", "attribute_incomplete"),
        ("1st: x", "attribute_key_invalid"),
        ("cidade natal: x", "attribute_key_invalid"),
        ("ação: x", "attribute_key_invalid"),
        (f"{'k' * 65}: x", "attribute_key_invalid"),
        ("name: Ana", "attribute_key_reserved"),
        ("city: A\ncity: B", "attribute_key_repeated"),
        (f"city: {'x' * 201}", "attribute_too_long"),
        ("\n".join(f"key{number}: x" for number in range(31)), "attributes_too_many"),
    ],
)
def test_invalid_lines_are_refused(client: Client, lines: str, code: str) -> None:
    assert add(client, attributes=lines) == {"attributes": [code]}


def test_error_names_the_line(client: Client) -> None:
    client.force_login(an_operator(*EDIT))

    response = client.post(
        ADD, {"phone": "35988001234", "attributes": "city: Lavras\nwrong"}, headers={"accept-language": "en"}
    )

    assert "Line 2:" in response.content.decode()


def test_get_opts_nobody_out(client: Client) -> None:
    recipient = a_recipient()
    client.force_login(an_operator(*OPT_OUT))

    client.get(address(recipient, "opt_out"))

    recipient.refresh_from_db()
    assert recipient.opted_out_at is None


def test_post_opts_out(client: Client) -> None:
    recipient = a_recipient()
    client.force_login(an_operator(*OPT_OUT))

    client.post(address(recipient, "opt_out"))

    recipient.refresh_from_db()
    assert recipient.opted_out_at is not None


def test_opt_out_page_counts_waiting_messages(client: Client) -> None:
    recipient = a_message().recipient
    client.force_login(an_operator(*OPT_OUT))

    page = client.get(address(recipient, "opt_out"), headers={"accept-language": "en"}).content.decode()

    assert "1 message waits for this person; it will not be sent." in page


def test_opt_out_can_be_undone(client: Client) -> None:
    recipient = a_recipient(opted_out_at=timezone.now())
    client.force_login(an_operator(*OPT_OUT))

    client.post(address(recipient, "undo_opt_out"), {"reason": "She asked for it."})

    recipient.refresh_from_db()
    assert recipient.opted_out_at is None


@pytest.mark.parametrize("action", ["opt_out", "undo_opt_out"])
def test_opt_out_needs_permission(client: Client, action: str) -> None:
    client.force_login(an_operator(*EDIT))

    response = client.post(address(a_recipient(), action))

    assert response.status_code == 403


@pytest.mark.parametrize(("value", "shown"), [("yes", "Gone"), ("no", "Here")])
def test_list_filters_by_opt_out(client: Client, value: str, shown: str) -> None:
    a_recipient(name="Gone", opted_out_at=timezone.now())
    a_recipient(name="Here")
    client.force_login(an_operator(*EDIT))

    response = client.get("/admin/outbound/recipient/", {"opted_out": value})

    assert [recipient.name for recipient in response.context["cl"].result_list] == [shown]


def test_deleting_a_recipient_keeps_messages(client: Client) -> None:
    message = a_message()
    client.force_login(an_operator(*EDIT))

    client.post(address(message.recipient, "delete"), {"post": "yes"})

    assert not Recipient.objects.exists()
    assert Message.objects.get().phone == message.phone
