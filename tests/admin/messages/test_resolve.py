"""Resolving unconfirmed messages: selection, reason, typed count, and where it leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from outbound.admin.messages.unconfirmed.selection import to_param
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Attempt, Message
from tests.builders import a_campaign, a_message, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

PAGE = "/admin/outbound/message/doubts/"
RIGHTS = ("outbound.view_message", "outbound.settle_message")
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def ana(client: Client) -> User:
    user = an_operator(*RIGHTS, "outbound.add_campaign", "outbound.view_campaign", first_name="Ana")
    client.force_login(user)
    return user


def unconfirmed(count: int = 1, **values: Any) -> list[Message]:
    integration = values.pop("integration", None) or an_integration()
    campaign = a_campaign(
        integration=integration, template=a_template(body="Hi."), status=CampaignStatus.RUNNING
    )
    rows = {"campaign": campaign, "integration": integration, "status": MessageStatus.UNCONFIRMED} | values
    return [a_message(**rows) for _number in range(count)]


def resolve_url(outcome: str, *messages: Message, more: str = "") -> str:
    return f"{PAGE}decide/?as={outcome}{more}" + "".join(f"&message={one.pk}" for one in messages)


def all_url(outcome: str, **filters: Any) -> str:
    chosen = "".join(f"&{name}={value}" for name, value in filters.items())
    return resolve_url(outcome, more=f"&all=1&seen={to_param(timezone.now())}{chosen}")


def statuses() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def test_resolving_needs_permission(client: Client) -> None:
    [message] = unconfirmed()
    client.force_login(an_operator("outbound.view_message"))

    response = client.post(resolve_url("sent", message), {"reason": "Seen"})

    assert response.status_code == 403
    assert statuses() == ["unconfirmed"]


def test_get_changes_nothing(client: Client, ana: User) -> None:
    [message] = unconfirmed()

    response = client.get(resolve_url("sent", message))

    assert response.status_code == 200
    assert statuses() == ["unconfirmed"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_reason_is_required_and_limited(client: Client, ana: User, reason: str) -> None:
    [message] = unconfirmed()

    client.post(resolve_url("sent", message), {"reason": reason})

    assert statuses() == ["unconfirmed"]


def test_only_selected_messages_are_resolved(client: Client, ana: User) -> None:
    first, _second, third = unconfirmed(3)

    client.post(resolve_url("sent", first, third), {"reason": "Seen at Zenvia"})

    assert statuses() == ["assumed_sent", "unconfirmed", "assumed_sent"]
    assert {one.settled_by for one in Message.objects.filter(status="assumed_sent")} == {ana}


def test_page_shows_count_numbers_and_consequence(client: Client, ana: User) -> None:
    messages = unconfirmed(7)

    page = client.get(resolve_url("not_sent", *messages), headers=ENGLISH).content.decode()

    assert "Take 7 messages as not sent?" in page
    assert str(messages[-1]) in page
    assert "then gets it twice" in page


def test_recent_attempt_shows_a_warning(client: Client, ana: User) -> None:
    fresh, old = unconfirmed(2)
    Attempt.objects.create(
        message=fresh, number=1, external_id="a", opened_at=timezone.now() - timedelta(minutes=29)
    )
    Attempt.objects.create(
        message=old, number=1, external_id="b", opened_at=timezone.now() - timedelta(minutes=31)
    )
    warning = "may still come by itself"

    assert warning in client.get(resolve_url("sent", fresh), headers=ENGLISH).content.decode()
    assert warning not in client.get(resolve_url("sent", old), headers=ENGLISH).content.decode()


@pytest.mark.parametrize("query", ["", "&message=0", "&message=x", "&all=1&seen=x", "&all=1"])
def test_empty_selection_redirects_back(client: Client, ana: User, query: str) -> None:
    unconfirmed()

    response = client.post(f"{PAGE}decide/?as=sent{query}", {"reason": "Seen"})

    assert response.url == PAGE
    assert statuses() == ["unconfirmed"]


def test_unknown_outcome_resolves_nothing(client: Client, ana: User) -> None:
    [message] = unconfirmed()

    client.post(resolve_url("perhaps", message), {"reason": "Seen"})

    assert statuses() == ["unconfirmed"]


def test_message_accepted_meanwhile_is_not_resolved(client: Client, ana: User) -> None:
    [message] = unconfirmed()
    client.get(resolve_url("not_sent", message))
    Message.objects.update(status=MessageStatus.ACCEPTED)

    client.post(resolve_url("not_sent", message), {"reason": "Seen"})

    assert statuses() == ["accepted"]


def test_message_already_resolved_is_not_offered(client: Client, ana: User) -> None:
    [accepted] = unconfirmed(status=MessageStatus.ACCEPTED)

    response = client.get(resolve_url("not_sent", accepted), headers=ENGLISH, follow=True)

    assert "Nothing of what you chose is in doubt any more." in response.content.decode()


def test_all_matches_are_resolved_beyond_the_page(client: Client, ana: User) -> None:
    unconfirmed(30)
    [other] = unconfirmed()
    wanted = Message.objects.exclude(pk=other.pk).first()

    client.post(all_url("sent", campaign=wanted.campaign_id), {"reason": "Seen"})

    assert Message.objects.filter(status="assumed_sent").count() == 30
    assert Message.objects.get(pk=other.pk).status == "unconfirmed"


def test_message_unconfirmed_after_page_load_is_not_resolved(client: Client, ana: User) -> None:
    unconfirmed()
    address = all_url("sent")
    unconfirmed()

    client.post(address, {"reason": "Seen"})

    assert statuses() == ["assumed_sent", "unconfirmed"]


@pytest.mark.parametrize(("typed", "left"), [("", 100), ("99", 100), ("100", 0)])
def test_hundred_messages_need_the_typed_count(client: Client, ana: User, typed: str, left: int) -> None:
    unconfirmed(100)

    client.post(all_url("sent"), {"reason": "Seen", "typed_count": typed})

    assert Message.objects.filter(status="unconfirmed").count() == left


def test_resolving_as_sent_returns_to_the_filtered_list(client: Client, ana: User) -> None:
    [message] = unconfirmed()

    response = client.post(resolve_url("sent", message, more="&q=35"), {"reason": "Seen"})

    assert response.url == f"{PAGE}?q=35"


def test_resolving_from_message_page_returns_there(client: Client, ana: User) -> None:
    [message] = unconfirmed()

    response = client.post(resolve_url("sent", message, more="&back=message"), {"reason": "Seen"})

    assert response.url == f"/admin/outbound/message/{message.pk}/change/"


def test_resolving_as_not_sent_offers_these_for_resend(client: Client, ana: User) -> None:
    unconfirmed(2, status=MessageStatus.ASSUMED_NOT_SENT)  # resolved on another day
    [message] = unconfirmed()

    response = client.post(resolve_url("not_sent", message), {"reason": "Seen"}, follow=True)

    assert [(send.pk, send.count) for send in response.context["sends"]] == [(message.campaign_id, 1)]


def test_resend_needs_permission_to_compose(client: Client) -> None:
    [message] = unconfirmed()
    client.force_login(an_operator(*RIGHTS))

    response = client.post(resolve_url("not_sent", message), {"reason": "Seen"})

    assert response.url == PAGE
    assert client.get(f"{PAGE}again/").status_code == 403
