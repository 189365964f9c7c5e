"""Forms posted twice, at once, without permission and with markup."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from outbound.lifecycle import CampaignStatus
from outbound.models import Campaign, Message
from tests.bad_input.conftest import COMPOSE, LOCATION, Composer, nothing_saved
from tests.builders import an_operator

AT_ONCE = 50
MARKUP = "<script>alert(1)</script>{{name}}{% debug %}%s"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def at_once(composer: Composer, address: str, form: dict[str, Any]) -> list[int]:
    cookies = composer.client.cookies

    def post(_number: int) -> int:
        client = Client()
        client.cookies = cookies
        try:
            return client.post(address, form).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(post, range(AT_ONCE)))


@pytest.mark.django_db(transaction=True)
def test_form_posted_fifty_times_at_once_makes_one_draft(composer: Composer) -> None:
    statuses = at_once(composer, reverse(COMPOSE), composer.form())

    assert statuses == [302] * AT_ONCE
    assert Campaign.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_draft_launched_fifty_times_at_once_is_sent_once(composer: Composer) -> None:
    draft = composer.draft(numbers="35988001234, 11988887777")
    digest = composer.review(draft).context["plan"].digest

    statuses = at_once(
        composer, reverse("admin:outbound_campaign_review", args=[draft.pk]), {"digest": digest}
    )

    assert statuses == [302] * AT_ONCE
    assert Message.objects.count() == 2


def test_form_posted_after_the_launch_leads_to_the_send(composer: Composer) -> None:
    form = composer.form()
    composer.client.post(reverse(COMPOSE), form)
    draft = Campaign.objects.get()
    composer.review(draft, digest=composer.review(draft).context["plan"].digest)

    response = composer.client.post(reverse(COMPOSE), form)

    assert response["Location"] == reverse("admin:outbound_campaign_change", args=[draft.pk])
    assert (Campaign.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"numbers": "553532215555"}, "destination_not_mobile"),
        ({"content": LOCATION}, "session_window_unknown"),
        (
            {
                "content": {
                    "type": "file",
                    "fileUrl": "https://files.example.com/example.png",
                    "fileMimeType": "video/mp4",
                    "fileName": "example.png",
                }
            },
            "file_name_type_mismatch",
        ),
    ],
)
def test_warning_must_be_ticked_before_sending(composer: Composer, values: dict[str, Any], code: str) -> None:
    draft = composer.draft(**values)
    planned = composer.review(draft).context["plan"]

    composer.review(draft, digest=planned.digest)

    assert code in [warning.code for warning in planned.warnings]
    assert not Message.objects.exists()

    composer.review(draft, digest=planned.digest, seen="on")

    assert Message.objects.count() == 1


def test_restart_without_permission_is_forbidden(composer: Composer) -> None:
    assert composer.post(restart_contact="on").status_code == 403
    assert nothing_saved()


def test_restart_with_permission_is_saved(composer: Composer) -> None:
    composer.client.force_login(an_operator("outbound.add_campaign", "outbound.restart_contact"))

    assert composer.draft(restart_contact="on").restart_contact


def test_markup_is_shown_as_text_on_every_page(composer: Composer) -> None:
    value = MARKUP.replace("{{name}}", "")
    draft = composer.draft(fields={"name": value}, title=MARKUP)
    edit = composer.client.get(reverse("admin:outbound_campaign_edit", args=[draft.pk]))
    review = composer.review(draft)
    composer.review(draft, digest=review.context["plan"].digest)
    message = Message.objects.get()
    history = composer.client.get(reverse("admin:outbound_message_change", args=[message.pk]))

    for page in (edit, review, history):
        text = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert(1)" not in text
        assert f"{ESCAPED}{{% debug %}}%s" in text


def test_markup_in_a_rich_notification_is_shown_as_text(composer: Composer) -> None:
    draft = composer.draft(content=LOCATION | {"name": MARKUP, "address": "a\u202eb"})

    text = composer.review(draft).content.decode()

    assert "<script>alert(1)" not in text
    assert f"{ESCAPED}{{{{name}}}}{{% debug %}}%s" in text


def test_too_many_fields_are_refused(composer: Composer) -> None:
    response = composer.post(**{f"extra{number}": "x" for number in range(1001)})

    assert response.status_code == 400
    assert nothing_saved()


def test_too_large_form_is_refused(composer: Composer) -> None:
    body = "numbers=" + "1" * (3 * 1024 * 1024)
    kind = "application/x-www-form-urlencoded"

    assert composer.client.post(reverse(COMPOSE), body, content_type=kind).status_code in (400, 413)
    assert nothing_saved()


def test_form_without_csrf_token_is_refused(composer: Composer) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(composer.user)

    assert strict.post(reverse(COMPOSE), composer.form()).status_code == 403
    assert nothing_saved()


def test_expired_session_leads_to_the_login_and_keeps_the_draft(
    composer: Composer,
) -> None:
    draft = composer.draft()
    composer.client.logout()

    response = composer.review(draft, digest="x")

    assert response["Location"].startswith(reverse("admin:login"))
    draft.refresh_from_db()
    assert draft.status == CampaignStatus.DRAFT
    assert not Message.objects.exists()
