"""Who may view, change, copy, send and discard a draft."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from outbound.roles import MANAGERS, OPERATORS, ensure_groups
from outbound.sending.control.resend import resend, reuse
from outbound.sending.planning.plan import plan
from tests.admin.sends import ENGLISH, a_send, address, page
from tests.builders import a_campaign, a_recipient, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

OTHERS = "outbound.change_others_drafts"
RIGHTS = (
    "outbound.view_campaign",
    "outbound.add_campaign",
    "outbound.change_campaign",
    "outbound.delete_campaign",
    "outbound.launch_campaign",
    "outbound.view_recipient",
)


def a_draft(author: User | None, **values: Any) -> Campaign:
    defaults = {"integration": an_integration(), "template": a_template(body="Hello."), "title": "Spring"}
    return a_campaign(created_by=author, numbers="35988001234", **(defaults | values))


def login(client: Client, *rights: str, **values: Any) -> User:
    user = an_operator(*(rights or RIGHTS), **values)
    client.force_login(user)
    return user


def form(draft: Campaign, **values: str) -> dict[str, str]:
    message = json.dumps({"type": str(draft.template_id), "fields": {}})
    posted = {"draft_key": str(draft.draft_key), "kind": "template", "template_message": message}
    return posted | {"integration": str(draft.integration_id), "action": "save", "title": "Taken"} | values


def posts(client: Client, draft: Campaign) -> dict[str, Any]:
    """Post to every page that changes a draft, by its address and by the key of its form."""
    digest = plan(draft).digest
    new = "/admin/outbound/campaign/compose/"
    return {
        "edit": client.post(address(draft, "edit"), form(draft)),
        "schedule": client.post(address(draft, "edit"), form(draft, starts_at="2026-12-01T09:00")),
        "by key": client.post(new, form(draft)),
        "window": client.post(address(draft, "window"), {"reason": "They called."}),
        "launch": client.post(address(draft, "review"), {"digest": digest}),
        "discard": client.post(address(draft, "discard")),
    }


def stored(draft: Campaign) -> dict[str, Any]:
    return Campaign.objects.filter(pk=draft.pk).values().get()


@pytest.mark.parametrize("is_gone", [False, True], ids=["anothers", "nobodys"])
def test_post_of_another_user_changes_nothing(client: Client, is_gone: bool) -> None:
    draft = a_draft(None if is_gone else an_operator(*RIGHTS))
    before = stored(draft)
    login(client)

    answers = posts(client, draft)

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert stored(draft) == before
    assert not Message.objects.exists()


@pytest.mark.parametrize("who", ["author", "permitted", "superuser"])
def test_author_and_permitted_users_may_do_everything(client: Client, who: str) -> None:
    values = {"is_superuser": True} if who == "superuser" else {}
    user = login(client, *RIGHTS, *([OTHERS] if who == "permitted" else []), **values)
    draft = a_draft(user if who == "author" else an_operator())

    saved = client.post(address(draft, "edit"), form(draft, numbers="35988001234"))
    launched = client.post(address(draft, "review"), {"digest": plan(Campaign.objects.get()).digest})

    assert (saved.status_code, launched.status_code) == (302, 302)
    assert stored(draft)["title"] == "Taken"
    assert Message.objects.count() == 1


def test_permitted_user_discards_drafts_of_others(client: Client) -> None:
    login(client, *RIGHTS, OTHERS)

    client.post(address(a_draft(None), "discard"))

    assert not Campaign.objects.exists()


def test_changed_draft_keeps_its_author(client: Client) -> None:
    author = an_operator()
    draft = a_draft(author)
    login(client, *RIGHTS, OTHERS)

    client.post(address(draft, "edit"), form(draft))

    assert stored(draft)["created_by_id"] == author.pk


@pytest.mark.parametrize("action", ["edit", "review", "discard"])
def test_others_see_the_author_and_may_copy(client: Client, action: str) -> None:
    draft = a_draft(an_operator(first_name="Ana", last_name="Prado"))
    draft.recipients.add(a_recipient(name="Zulmira"))
    login(client)

    found = page(client, draft, action)

    assert "This draft belongs to Ana Prado." in found
    assert f'action="{address(draft, "copy")}"' in found
    assert "2 people" in found
    assert 'id="compose"' not in found
    assert "Zulmira" not in found


def test_draft_without_author_says_so(client: Client) -> None:
    draft = a_draft(None)
    login(client)

    assert "author is gone" in page(client, draft, "edit")


@pytest.mark.parametrize("action", ["edit", "review", "discard", "window", "copy"])
def test_user_without_view_permission_sees_nothing(client: Client, action: str) -> None:
    draft = a_draft(an_operator())
    login(client, "outbound.add_campaign", "outbound.launch_campaign", "outbound.delete_campaign")

    assert client.get(address(draft, action)).status_code in (302, 403)
    assert client.post(address(draft, action)).status_code == 403
    assert "Spring" not in page(client, draft, action)


def test_draft_of_another_needs_at_most_ten_queries(client: Client) -> None:
    draft = a_draft(an_operator())
    draft.recipients.set([a_recipient() for _ in range(20)])
    login(client)

    with CaptureQueriesContext(connection) as asked:
        client.get(address(draft, "edit"))

    assert len(asked) <= 10


def test_copy_belongs_to_the_copier_and_keeps_the_schedule(client: Client) -> None:
    soon = timezone.now() + timedelta(days=2)
    draft = a_draft(an_operator(), starts_at=soon, not_after=soon + timedelta(days=1), window_reason="Why")
    draft.recipients.add(a_recipient())
    user = login(client)

    answer = client.post(address(draft, "copy"), headers=ENGLISH, follow=True)

    copy = Campaign.objects.latest("pk")
    assert copy.created_by == user
    assert (copy.starts_at, copy.not_after) == (draft.starts_at, draft.not_after)
    assert (copy.numbers, copy.recipients.count(), copy.window_reason) == (draft.numbers, 1, "")
    assert "This is your own copy of the draft." in answer.content.decode()
    assert 'id="compose"' in answer.content.decode()


def test_two_drafts_of_one_resend_reach_a_person_once() -> None:
    sent = a_send(MessageStatus.REFUSED, status=CampaignStatus.RUNNING)
    draft = resend(sent, by=None)

    copy = reuse(draft, by=None)

    assert copy.again_of == sent


def test_copy_of_a_send_has_no_schedule_and_no_link() -> None:
    sent = a_send(starts_at=timezone.now(), again_of=a_send())

    copy = reuse(sent, by=None)

    assert (copy.starts_at, copy.not_after, copy.again_of) == (None, None, None)


def test_repeated_form_finds_its_draft(client: Client) -> None:
    login(client)
    posted = form(a_draft(None)) | {"draft_key": str(uuid.uuid4())}

    for _ in range(2):
        client.post("/admin/outbound/campaign/compose/", posted)

    assert Campaign.objects.count() == 2


def test_managers_of_an_older_installation_get_the_permission() -> None:
    managers = Group.objects.get(name=MANAGERS)
    managers.permissions.clear()

    ensure_groups({"0005_change_others_drafts"})

    assert list(managers.permissions.values_list("codename", flat=True)) == ["change_others_drafts"]
    assert not Group.objects.get(name=OPERATORS).permissions.filter(codename="change_others_drafts").exists()
