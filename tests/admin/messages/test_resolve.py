"""Deciding what is in doubt: asked first, with a reason, exactly what was looked at; and sending again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from outbound.admin.messages.unconfirmed.selection import stamped
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


def doubts(count: int = 1, **values: Any) -> list[Message]:
    integration = values.pop("integration", None) or an_integration()
    campaign = a_campaign(
        integration=integration, template=a_template(body="Hi."), status=CampaignStatus.RUNNING
    )
    rows = {"campaign": campaign, "integration": integration, "status": MessageStatus.UNCONFIRMED} | values
    return [a_message(**rows) for _number in range(count)]


def decide(decision: str, *messages: Message, more: str = "") -> str:
    return f"{PAGE}decide/?as={decision}{more}" + "".join(f"&message={one.pk}" for one in messages)


def everything(decision: str, **filters: Any) -> str:
    chosen = "".join(f"&{name}={value}" for name, value in filters.items())
    return decide(decision, more=f"&all=1&seen={stamped(timezone.now())}{chosen}")


def standing() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def test_it_asks_for_the_right_to_decide(client: Client) -> None:
    [doubt] = doubts()
    client.force_login(an_operator("outbound.view_message"))

    response = client.post(decide("sent", doubt), {"reason": "Seen"})

    assert response.status_code == 403
    assert standing() == ["unconfirmed"]


def test_asking_changes_nothing(client: Client, ana: User) -> None:
    [doubt] = doubts()

    response = client.get(decide("sent", doubt))

    assert response.status_code == 200
    assert standing() == ["unconfirmed"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_decision_needs_a_short_reason(client: Client, ana: User, reason: str) -> None:
    [doubt] = doubts()

    client.post(decide("sent", doubt), {"reason": reason})

    assert standing() == ["unconfirmed"]


def test_the_chosen_ones_are_decided_and_no_others(client: Client, ana: User) -> None:
    first, _second, third = doubts(3)

    client.post(decide("sent", first, third), {"reason": "Seen at Zenvia"})

    assert standing() == ["assumed_sent", "unconfirmed", "assumed_sent"]
    assert {one.settled_by for one in Message.objects.filter(status="assumed_sent")} == {ana}


def test_the_question_says_how_many_whom_and_what_it_means(client: Client, ana: User) -> None:
    messages = doubts(7)

    page = client.get(decide("not_sent", *messages), headers=ENGLISH).content.decode()

    assert "Take 7 messages as not sent?" in page
    assert str(messages[-1]) in page
    assert "then gets it twice" in page


def test_a_fresh_doubt_is_told_to_be_fresh(client: Client, ana: User) -> None:
    fresh, old = doubts(2)
    Attempt.objects.create(
        message=fresh, number=1, external_id="a", opened_at=timezone.now() - timedelta(minutes=29)
    )
    Attempt.objects.create(
        message=old, number=1, external_id="b", opened_at=timezone.now() - timedelta(minutes=31)
    )
    warning = "may still come by itself"

    assert warning in client.get(decide("sent", fresh), headers=ENGLISH).content.decode()
    assert warning not in client.get(decide("sent", old), headers=ENGLISH).content.decode()


@pytest.mark.parametrize("query", ["", "&message=0", "&message=x", "&all=1&seen=x", "&all=1"])
def test_choosing_nothing_leads_back(client: Client, ana: User, query: str) -> None:
    doubts()

    response = client.post(f"{PAGE}decide/?as=sent{query}", {"reason": "Seen"})

    assert response.url == PAGE
    assert standing() == ["unconfirmed"]


def test_an_unknown_decision_decides_nothing(client: Client, ana: User) -> None:
    [doubt] = doubts()

    client.post(decide("perhaps", doubt), {"reason": "Seen"})

    assert standing() == ["unconfirmed"]


def test_what_an_answer_settled_meanwhile_is_left_alone(client: Client, ana: User) -> None:
    [doubt] = doubts()
    client.get(decide("not_sent", doubt))
    Message.objects.update(status=MessageStatus.ACCEPTED)

    client.post(decide("not_sent", doubt), {"reason": "Seen"})

    assert standing() == ["accepted"]


def test_nobody_is_asked_about_what_is_settled_already(client: Client, ana: User) -> None:
    [settled] = doubts(status=MessageStatus.ACCEPTED)

    response = client.get(decide("not_sent", settled), headers=ENGLISH, follow=True)

    assert "Nothing of what you chose is in doubt any more." in response.content.decode()


def test_all_that_match_are_decided_beyond_the_page(client: Client, ana: User) -> None:
    doubts(30)
    [other] = doubts()
    wanted = Message.objects.exclude(pk=other.pk).first()

    client.post(everything("sent", campaign=wanted.campaign_id), {"reason": "Seen"})

    assert Message.objects.filter(status="assumed_sent").count() == 30
    assert Message.objects.get(pk=other.pk).status == "unconfirmed"


def test_a_doubt_that_came_after_the_look_is_not_decided_with_the_rest(client: Client, ana: User) -> None:
    doubts()
    address = everything("sent")
    doubts()

    client.post(address, {"reason": "Seen"})

    assert standing() == ["assumed_sent", "unconfirmed"]


@pytest.mark.parametrize(("typed", "left"), [("", 100), ("99", 100), ("100", 0)])
def test_a_hundred_and_more_ask_for_the_number(client: Client, ana: User, typed: str, left: int) -> None:
    doubts(100)

    client.post(everything("sent"), {"reason": "Seen", "typed_count": typed})

    assert Message.objects.filter(status="unconfirmed").count() == left


def test_after_sent_the_way_leads_back_with_the_filter(client: Client, ana: User) -> None:
    [doubt] = doubts()

    response = client.post(decide("sent", doubt, more="&q=35"), {"reason": "Seen"})

    assert response.url == f"{PAGE}?q=35"


def test_from_the_page_of_a_message_the_way_leads_back_there(client: Client, ana: User) -> None:
    [doubt] = doubts()

    response = client.post(decide("sent", doubt, more="&back=message"), {"reason": "Seen"})

    assert response.url == f"/admin/outbound/message/{doubt.pk}/change/"


def test_after_not_sent_just_these_are_offered_to_be_sent_again(client: Client, ana: User) -> None:
    doubts(2, status=MessageStatus.ASSUMED_NOT_SENT)  # somebody decided so on another day
    [doubt] = doubts()

    response = client.post(decide("not_sent", doubt), {"reason": "Seen"}, follow=True)

    assert [(send.pk, send.count) for send in response.context["sends"]] == [(doubt.campaign_id, 1)]


def test_who_may_not_compose_is_offered_nothing(client: Client) -> None:
    [doubt] = doubts()
    client.force_login(an_operator(*RIGHTS))

    response = client.post(decide("not_sent", doubt), {"reason": "Seen"})

    assert response.url == PAGE
    assert client.get(f"{PAGE}again/").status_code == 403
