"""Names and numbers are shown only with a permission to see recipients or their messages.

Every page is requested with all other permissions at once, and with each of them alone.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import ForeignKey
from django.test import Client
from django.urls import reverse

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Recipient
from outbound.sending.control.resend import resend
from tests.admin.sends import ENGLISH
from tests.builders import a_campaign, a_recipient, a_template, an_integration, an_operator
from tests.security.pages import every_page
from tests.security.rights import SEEING, rights, rights_by_page
from tests.tracking.events import a_sent_message, a_status, an_answer, processed

pytestmark = pytest.mark.django_db

NAME, PHONE, TOWN = "Zulmira", "+5535988776655", "Xapuri"
SHOWN = re.compile(rf"{NAME}|{TOWN}|98877-?6655", re.IGNORECASE)
MODELS = ("campaign", "integration", "message", "recipient", "template", "webhookevent")
LOOKUPS = (
    "recipients__name__startswith",
    "campaigns__recipients__phone__startswith",
    "messages__recipient__name__contains",
    "messages__phone__startswith",
    "conversations__phone_key__startswith",
    "events__phone_key__startswith",
    "phone__startswith",
    "numbers__contains",
)


def person() -> Recipient:
    return Recipient.objects.get(phone=PHONE)


@pytest.fixture(autouse=True)
def _zulmira() -> None:
    """Make one person and all that can be known of her: a send, its messages and events, a draft."""
    integration, template = an_integration(), a_template(body="Hello {{who}} of {{town}}.")
    template.fields.create(key="who")
    template.fields.create(key="town")
    zulmira = a_recipient(name=NAME, phone=PHONE, attributes={"town": TOWN})
    a_recipient(name=NAME, phone="+553588776655")  # the old spelling: a plan notes that she comes twice
    said = {
        "integration": integration,
        "template": template,
        "fields": {"who": "{{name}}", "town": "{{town}}"},
    }
    for status in (MessageStatus.REFUSED, MessageStatus.ACCEPTED, MessageStatus.UNCONFIRMED):
        sent = a_campaign(status=CampaignStatus.RUNNING, **said)
        sent.recipients.add(zulmira)
        values = {"payload": f'{{"destination": "{PHONE}"}}', "campaign": sent, "integration": integration}
        message = a_sent_message(status, recipient=zulmira, **values)
        processed(integration, a_status("PROCESSED", message.external_id), an_answer(PHONE, "Oi"))
    a_draft(None, **said)


def a_draft(author: User | None, **values: Any) -> Campaign:
    sent = Campaign.objects.earliest("pk")
    said = {name: getattr(sent, name) for name in ("integration", "template", "fields")}
    draft = a_campaign(created_by=author, numbers="11999990000", **(said | values))
    draft.recipients.set(Recipient.objects.filter(name=NAME))
    return draft


def drafts_of(user: User) -> None:
    a_draft(user)
    again = resend(Campaign.objects.earliest("pk"), by=user)
    Campaign.objects.filter(pk=again.pk).update(numbers=PHONE)


def showing(client: Client, addresses: list[str]) -> list[str]:
    pages = {one: client.get(one, headers=ENGLISH, follow=True) for one in addresses}
    return [one for one, page in pages.items() if SHOWN.search(_text(page))]


def _text(response: Any) -> str:
    parts = response.streaming_content if response.streaming else [response.content]
    return b"".join(parts).decode("utf-8", "replace")


def test_superuser_sees_the_person_on_many_pages(client: Client) -> None:
    user = an_operator(is_superuser=True)
    drafts_of(user)
    audit.record(person(), Verb.RECIPIENT_CREATED, user)
    client.force_login(user)

    found = " ".join(showing(client, every_page(each=1)))

    for page in ("recipient/", "message/", "doubts/", "/compose/", "/review/", "webhookevent/", "logentry/"):
        assert page in found, page


def test_all_rights_but_those_to_see_people_show_nobody(client: Client) -> None:
    user = an_operator(*(set(rights()) - SEEING))
    drafts_of(user)
    client.force_login(user)

    assert showing(client, every_page()) == []


def test_no_single_right_shows_people(client: Client) -> None:
    client.force_login(an_operator(is_superuser=True))
    telling = showing(client, every_page(each=1))

    found = {}
    for given in rights_by_page():
        client.force_login(an_operator(*given))
        found[given[0]] = showing(client, telling)

    assert len(telling) > 10
    assert {right: pages for right, pages in found.items() if pages} == {}


@pytest.fixture
def composer(client: Client) -> User:
    """Somebody who may do all but see people."""
    user = an_operator(*(set(rights()) - SEEING))
    client.force_login(user)
    return user


def form(**values: Any) -> dict[str, Any]:
    integration = Integration.objects.get()
    typed = {"kind": "template", "integration": integration.pk, "recipients": [person().pk], "numbers": "x"}
    return typed | values


@pytest.mark.parametrize("place", ["compose/", "compose/preview/", "{draft}/compose/"])
def test_posted_form_comes_back_without_the_person(client: Client, composer: User, place: str) -> None:
    draft = a_draft(composer)
    address = f"/admin/outbound/campaign/{place.format(draft=draft.pk)}"

    response = client.post(address, form(draft_key=draft.draft_key))

    assert response.status_code == 200
    assert not SHOWN.search(response.content.decode())


def test_recipients_cannot_be_chosen_without_the_right_to_see_them(client: Client, composer: User) -> None:
    draft = a_draft(composer)
    before = set(draft.recipients.all())
    posted = form(
        draft_key=draft.draft_key, numbers="11999990001", action="save", recipients=[a_recipient().pk]
    )

    saved = client.post(reverse("admin:outbound_campaign_edit", args=[draft.pk]), posted)

    draft.refresh_from_db()
    assert (saved.status_code, draft.numbers) == (302, "11999990001")
    assert set(draft.recipients.all()) == before


def test_form_and_review_say_that_people_are_hidden(client: Client, composer: User) -> None:
    draft = a_draft(composer)

    edit, review = (
        client.get(
            reverse(f"admin:outbound_campaign_{page}", args=[draft.pk]), headers=ENGLISH
        ).content.decode()
        for page in ("edit", "review")
    )

    assert "2 saved people, chosen before. You may not see who." in edit
    assert "Saved recipient" in review
    assert "+55 11 99999-0000" in review
    assert "The exact request" not in review


def test_recipient_search_is_refused(client: Client, composer: User) -> None:
    assert client.get("/admin/outbound/campaign/compose/recipients/", {"q": NAME}).status_code == 403


def test_adding_a_saved_number_does_not_show_its_name(client: Client, composer: User) -> None:
    response = client.post("/admin/outbound/recipient/add/", {"phone": PHONE, "name": "x"}, headers=ENGLISH)

    assert "This number is already saved." in response.content.decode()
    assert NAME not in response.content.decode()


def test_recipient_is_not_deleted_without_the_right_to_see_it(client: Client, composer: User) -> None:
    response = client.post(f"/admin/outbound/recipient/{person().pk}/delete/", {"post": "yes"})

    assert response.status_code == 403
    assert person()


@pytest.mark.parametrize("term", [NAME, PHONE, "35988776655"])
def test_autocomplete_of_no_field_finds_the_person(client: Client, composer: User, term: str) -> None:
    fields = [
        {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
        for model in apps.get_models()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if isinstance(field, ForeignKey) or field.many_to_many
    ]

    answers = [client.get("/admin/autocomplete/", query | {"term": term}) for query in fields]

    assert len(answers) > 10
    assert not any(SHOWN.search(answer.content.decode()) for answer in answers)


@pytest.mark.parametrize("model", MODELS)
def test_list_cannot_be_filtered_by_a_persons_fields(client: Client, composer: User, model: str) -> None:
    answers = {one: client.get(f"/admin/outbound/{model}/", {one: "x"}).status_code for one in LOOKUPS}

    assert {one: status for one, status in answers.items() if status not in (400, 403)} == {}
