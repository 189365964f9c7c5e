"""The page of unconfirmed messages: permission, rows, evidence, filters, and the menu badge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.lifecycle import AttemptOutcome, MessageStatus, Reason
from outbound.models import Attempt, Integration, Message
from tests.admin.base.test_query_counts import MAX_QUERIES, query_count
from tests.builders import a_campaign, a_message, a_recipient, an_integration, an_operator

pytestmark = pytest.mark.django_db

PAGE = "/admin/outbound/message/doubts/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message"))
    return client


def an_unconfirmed(integration: Integration | None = None, **values: object) -> Message:
    integration = integration or an_integration()
    message = a_message(
        **({"integration": integration, "status": MessageStatus.UNCONFIRMED, "external_id": None} | values)
    )
    Attempt.objects.create(
        message=message,
        number=1,
        external_id=f"e-{message.pk}",
        outcome=AttemptOutcome.AMBIGUOUS,
        reason=Reason.NO_CLEAR_ANSWER,
        http_status=502,
        latency_ms=1234,
        opened_at=timezone.now() - timedelta(hours=1),
    )
    return message


def listed(client: Client, query: str = "") -> list[Message]:
    return [row.message for row in client.get(f"{PAGE}{query}").context["rows"]]


def test_page_needs_permission(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))

    response = client.get(PAGE)

    assert response.status_code == 403


def test_page_lists_only_unconfirmed_messages(reader: Client) -> None:
    message = an_unconfirmed()
    for status in set(MessageStatus) - {MessageStatus.UNCONFIRMED}:
        a_message(status=status)

    assert listed(reader) == [message]


def test_page_has_25_rows_newest_first(reader: Client) -> None:
    integration = an_integration()
    messages = [an_unconfirmed(integration) for _number in range(26)]

    assert listed(reader) == messages[:0:-1]
    assert listed(reader, "?p=2") == messages[:1]


def test_row_shows_the_evidence(reader: Client) -> None:
    message = an_unconfirmed()

    page = reader.get(PAGE, headers=ENGLISH).content.decode()

    assert "The request may have left, but no clear answer came · HTTP 502 · 1234 ms" in page
    assert f"e-{message.pk}" in page
    assert reverse("admin:outbound_message_change", args=[message.pk]) in page


def test_row_shows_the_newest_attempt(reader: Client) -> None:
    message = an_unconfirmed()
    Attempt.objects.update(outcome=AttemptOutcome.NOT_SENT, reason=Reason.BUSY)
    Attempt.objects.create(
        message=message, number=2, external_id="e-2", reason=Reason.SENDER_LOST, opened_at=timezone.now()
    )

    page = reader.get(PAGE, headers=ENGLISH).content.decode()

    assert "The sender stopped before the answer was recorded" in page
    assert "The gateway asked to wait" not in page


def test_filter_by_integration(reader: Client) -> None:
    wanted, _other = an_unconfirmed(), an_unconfirmed()

    assert listed(reader, f"?integration={wanted.integration_id}") == [wanted]


def test_filter_by_campaign(reader: Client) -> None:
    wanted, _other = an_unconfirmed(), an_unconfirmed()

    assert listed(reader, f"?campaign={wanted.campaign_id}") == [wanted]


@pytest.mark.parametrize("text", ["35 98877-6655", "5535988776655", "Joana", "e-wanted"])
def test_search_works_as_in_the_message_list(reader: Client, text: str) -> None:
    wanted = an_unconfirmed(recipient=a_recipient(phone="+5535988776655", name="Joana"))
    Attempt.objects.filter(message=wanted).update(external_id="e-wanted")
    an_unconfirmed()
    a_message(recipient=wanted.recipient)  # this one is not unconfirmed

    assert listed(reader, f"?q={text}") == [wanted]


@pytest.mark.parametrize("query", ["?integration=x", "?campaign=-1", "?q=%00", "?q=" + "9" * 300, "?p=x"])
def test_invalid_query_is_no_error(reader: Client, query: str) -> None:
    an_unconfirmed()

    response = reader.get(f"{PAGE}{query}")

    assert response.status_code == 200


def test_empty_page_explains_itself(reader: Client) -> None:
    page = reader.get(PAGE, headers=ENGLISH).content.decode()

    assert "Nothing is in doubt." in page
    assert "is never sent again by itself" in page


def test_checkboxes_and_buttons_need_permission(reader: Client) -> None:
    an_unconfirmed()

    page = reader.get(PAGE, headers=ENGLISH).content.decode()

    assert 'name="message"' not in page
    assert "It was not sent" not in page


def test_checkboxes_and_buttons_with_permission(client: Client) -> None:
    an_unconfirmed()
    client.force_login(an_operator("outbound.view_message", "outbound.settle_message"))

    page = client.get(PAGE, headers=ENGLISH).content.decode()

    assert 'name="message"' in page
    assert "It was not sent" in page


def test_menu_badge_counts_unconfirmed_messages(reader: Client) -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    for _number in range(3):
        an_unconfirmed(integration, campaign=campaign)

    page = reader.get("/admin/outbound/message/", headers=ENGLISH).content.decode()

    assert badge(page) == "3"


def test_menu_badge_is_hidden_at_zero(reader: Client) -> None:
    page = reader.get("/admin/outbound/message/", headers=ENGLISH).content.decode()

    assert badge(page) == ""


@pytest.mark.parametrize(
    "address",
    [
        PAGE,
        f"{PAGE}?q=nothing-of-the-kind",
        f"{PAGE}?q=35988",
        f"{PAGE}decide/?as=sent&all=1&seen={10**16}",
        f"{PAGE}again/",
    ],
)
def test_query_count_does_not_grow_with_rows(client: Client, address: str) -> None:
    client.force_login(
        an_operator("outbound.view_message", "outbound.settle_message", "outbound.add_campaign")
    )
    for _number in range(2):
        an_unconfirmed(), an_unconfirmed(status=MessageStatus.ASSUMED_NOT_SENT)
    few = query_count(client, address)
    for _number in range(9):
        an_unconfirmed(), an_unconfirmed(status=MessageStatus.ASSUMED_NOT_SENT)

    many = query_count(client, address)

    assert many == few
    assert many <= MAX_QUERIES


def badge(page: str) -> str:
    """Return what stands behind “In doubt” in the menu."""
    entry = page.split(f'href="{PAGE}"', 1)[1].split("</a>", 1)[0]
    return entry.split("In doubt", 1)[1].replace("</span>", "").split(">", 1)[-1].strip()
