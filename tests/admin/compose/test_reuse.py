"""New drafts from a send: a copy, or a resend to the refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from outbound.contents.bounds import MAX_PASTED_LENGTH, MAX_PICKED
from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Recipient
from tests.admin.sends import ENGLISH, a_send, address, page
from tests.builders import a_campaign, a_recipient, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

RIGHTS = (
    "outbound.view_campaign",
    "outbound.add_campaign",
    "outbound.launch_campaign",
    "outbound.change_others_drafts",
    "outbound.view_recipient",
)


@pytest.fixture
def composer(client: Client) -> Client:
    client.force_login(an_operator(*RIGHTS))
    return client


def test_copy_opens_as_a_draft(composer: Client) -> None:
    sent = a_send(MessageStatus.ACCEPTED, title="Spring")

    response = composer.post(address(sent, "copy"))

    draft = Campaign.objects.latest("pk")
    assert response.headers["Location"] == address(draft, "edit")
    assert draft.is_draft
    assert draft.title == "Spring"


def test_resend_of_refused_opens_its_review(composer: Client) -> None:
    sent = a_send(MessageStatus.REFUSED, MessageStatus.ACCEPTED)

    response = composer.post(address(sent, "again"))

    draft = Campaign.objects.latest("pk")
    assert response.headers["Location"] == address(draft, "review")
    assert "Sends again what did not go out in" in page(composer, draft, "review")
    assert draft.recipients.count() == 1


def test_page_of_a_send_counts_refused_and_links_resends(composer: Client) -> None:
    sent = a_send(MessageStatus.REFUSED, MessageStatus.REFUSED)
    composer.post(address(sent, "again"))

    shown = page(composer, sent, "change")

    assert "Send the 2 refused ones again" in shown
    assert address(Campaign.objects.latest("pk"), "change") in shown


@pytest.mark.parametrize(
    "statuses", [[MessageStatus.ACCEPTED], [MessageStatus.REFUSED, MessageStatus.QUEUED]]
)
def test_resend_is_offered_only_with_refused_messages_and_none_waiting(
    composer: Client, statuses: list[MessageStatus]
) -> None:
    assert 'form="again"' not in page(composer, a_send(*statuses), "change")


def test_nothing_refused_makes_no_draft(composer: Client) -> None:
    sent = a_send(MessageStatus.ACCEPTED, MessageStatus.UNCONFIRMED)

    response = composer.post(address(sent, "again"), headers=ENGLISH, follow=True)

    assert "Nothing is left to send again" in response.content.decode()
    assert Campaign.objects.get() == sent


@pytest.mark.parametrize("action", ["copy", "again"])
def test_get_makes_no_draft(composer: Client, action: str) -> None:
    sent = a_send(MessageStatus.REFUSED)

    response = composer.get(address(sent, action))

    assert response.headers["Location"] == address(sent, "change")
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize("action", ["copy", "again"])
def test_making_a_draft_needs_permission_to_compose(client: Client, action: str) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    sent = a_send(MessageStatus.REFUSED)

    assert client.post(address(sent, action)).status_code == 403
    assert Campaign.objects.count() == 1


def test_draft_cannot_be_resent(composer: Client) -> None:
    assert composer.post(address(a_campaign(), "again")).status_code == 404


def saved(composer: Client, draft: Campaign, **posted: Any) -> Campaign:
    form = {"draft_key": draft.draft_key, "kind": "template", "action": "save"} | posted
    assert composer.post(address(draft, "edit"), form).status_code == 302
    return Campaign.objects.get(pk=draft.pk)


def test_people_of_a_resend_cannot_be_changed(composer: Client) -> None:
    composer.post(address(a_send(MessageStatus.REFUSED), "again"))
    draft, other = Campaign.objects.latest("pk"), a_recipient()
    people = list(draft.recipients.all())

    shown = page(composer, draft, "edit")
    draft = saved(composer, draft, recipients=[other.pk], numbers="35988001234", title="Once more")

    assert "1 person whose message did not go out in" in shown
    assert (list(draft.recipients.all()), draft.numbers, draft.title) == (people, "", "Once more")


def test_people_beyond_the_form_limit_are_kept(composer: Client) -> None:
    draft = a_campaign(integration=an_integration(), template=a_template(body="Hello."))
    phones = [f"+551190002{number:04}" for number in range(MAX_PICKED + 1)]
    people = Recipient.objects.bulk_create(Recipient(phone=phone, phone_key=phone) for phone in phones)
    draft.recipients.set(people)

    shown = page(composer, draft, "edit")
    draft = saved(composer, draft, numbers="35988001234")

    assert f"{MAX_PICKED + 1} people, too many to be chosen here." in shown
    assert (draft.recipients.count(), draft.numbers) == (MAX_PICKED + 1, "35988001234")


def test_numbers_beyond_the_form_limit_are_kept(composer: Client) -> None:
    numbers = "\n".join(f"+55119{number:08}" for number in range(MAX_PASTED_LENGTH // 15 + 1))
    draft, ana = a_campaign(integration=an_integration(), numbers=numbers), a_recipient()

    shown = page(composer, draft, "edit")
    draft = saved(composer, draft, recipients=[ana.pk])

    assert "people, too many to be chosen here." in shown
    assert (list(draft.recipients.all()), draft.numbers) == ([ana], numbers)


def test_problem_with_fixed_people_is_shown_above_the_form(composer: Client) -> None:
    composer.post(address(a_send(MessageStatus.REFUSED), "again"))
    draft = Campaign.objects.latest("pk")
    draft.recipients.clear()

    response = composer.post(
        address(draft, "edit"), {"draft_key": draft.draft_key, "kind": "template", "action": "review"}
    )

    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
