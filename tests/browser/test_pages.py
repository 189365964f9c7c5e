"""Every page, light and dark, wide and narrow: no axe violation, browser error or horizontal overflow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbound.lifecycle import CampaignStatus, Hold, MessageStatus, WindowPolicy
from outbound.management import demo
from outbound.models import Campaign, Integration, Message, Recipient, Template, Throttle
from outbound.sending.control.resend import reuse
from outbound.sending.planning.launch import launch
from outbound.tracking import status_words
from tests.browser.conftest import send_what_is_due
from tests.tracking.events import a_status, processed

# Colours hang on the theme and layout on the width, so two looks see all four.
LOOKS = {"light and wide": ("light", 1280), "dark and narrow": ("dark", 390)}


def a_send(integration: Integration) -> Campaign:
    """Create a campaign with an accepted, a refused and two unconfirmed messages."""
    template = Template.objects.get(name="Boas-vindas")
    numbers = "35988001234\n35988000400\n35988000602\n35988010602"
    campaign = Campaign.objects.create(
        kind="template", integration=integration, template=template, numbers=numbers
    )
    launch(campaign, by=None, now=timezone.now())
    send_what_is_due()
    return campaign


def campaign_pages(integration: Integration) -> list[str]:
    """Return the pages of a waiting and of a paused campaign, with their confirmations."""
    addresses = []
    for number, status in enumerate((CampaignStatus.RUNNING, CampaignStatus.PAUSED)):
        campaign = Campaign.objects.create(
            kind="template",
            integration=integration,
            template=Template.objects.get(name="Boas-vindas"),
            numbers=f"3598800123{number}",
        )
        launch(campaign, by=None, now=timezone.now())
        Campaign.objects.filter(pk=campaign.pk).update(status=status, status_changed_at=timezone.now())
        actions = ("change", "cancel", "resume" if status == CampaignStatus.PAUSED else "pause")
        addresses += [f"/admin/outbound/campaign/{campaign.pk}/{action}/" for action in actions]
    return addresses


def inbox_pages(integration: Integration) -> list[str]:
    """Return the pages of the inbox, and of a failed event, an unreadable one, and an array."""
    failure = {"channelErrorCode": "131026", "reason": "Undeliverable"}
    message = Message.objects.filter(status=MessageStatus.ACCEPTED).latest("pk")
    events = processed(
        integration,
        a_status("NOT_DELIVERED", message.external_id, cause=failure),
        a_status("WOBBLED", message.external_id),
        a_status("GRUMBLED", message.external_id),
        b"<html>",
        [a_status("SENT", "one"), a_status("SENT", "another")],
    )
    status_words.teach("grumbled", "read", by=User.objects.latest("pk"), now=timezone.now())
    inbox = "/admin/outbound/webhookevent/"
    own = ("", "?look=needed", "words/", "words/teach/?word=wobbled")
    return [*(inbox + page for page in own), *(f"{inbox}{event.pk}/change/" for event in events)]


def pages(integration: Integration) -> list[str]:
    """Return the addresses of every page, with content on each."""
    campaign = a_send(integration)
    draft = Campaign.objects.create(
        kind="notification",
        integration=integration,
        numbers="35988001234",
        content={"type": "location", "latitude": 1, "longitude": 2},
    )
    # Without an inbound message the review asks for a reason; with one it offers to take it back.
    Integration.objects.filter(pk=integration.pk).update(window_policy=WindowPolicy.ASK)
    reasoned = reuse(draft, by=None)
    Campaign.objects.filter(pk=reasoned.pk).update(window_reason="They wrote by mail.")
    unconfirmed, assumed_not_sent = Message.objects.filter(status=MessageStatus.UNCONFIRMED)
    Message.objects.filter(pk=assumed_not_sent.pk).update(status=MessageStatus.ASSUMED_NOT_SENT)
    held = {"held_until": timezone.now() + timedelta(minutes=10), "hold": Hold.ASKED}
    Throttle.objects.update_or_create(integration=integration, defaults=held)
    template, recipient = Template.objects.latest("pk"), Recipient.objects.latest("pk")
    reader = User.objects.get(username=demo.USERNAME)
    reader.user_permissions.add(
        Permission.objects.get(content_type__app_label="auditlog", codename="view_logentry")
    )
    own = "/admin/outbound"
    return [
        "/admin/",
        "/admin/reports/",
        f"{own}/campaign/",
        f"{own}/campaign/compose/",
        f"{own}/campaign/{draft.pk}/compose/",
        f"{own}/campaign/{draft.pk}/review/",
        f"{own}/campaign/{reasoned.pk}/review/",
        f"{own}/campaign/{draft.pk}/discard/",
        f"{own}/campaign/{campaign.pk}/change/",
        *campaign_pages(integration),
        f"{own}/message/",
        *(f"{own}/message/{message.pk}/change/" for message in Message.objects.all()),
        f"{own}/message/export/csv/?status__exact=accepted",
        f"{own}/message/export/xlsx/",
        f"{own}/message/doubts/",
        f"{own}/message/doubts/?q=nobody",
        f"{own}/message/doubts/decide/?as=not_sent&message={unconfirmed.pk}",
        f"{own}/message/doubts/again/",
        *inbox_pages(integration),
        f"{own}/integration/",
        f"{own}/integration/add/",
        f"{own}/integration/{integration.pk}/change/",
        f"{own}/integration/{integration.pk}/try-again/",
        f"{own}/integration/{integration.pk}/cancel-waiting/",
        f"{own}/integration/{integration.pk}/token/",
        f"{own}/integration/{integration.pk}/pause/",
        f"{own}/template/",
        f"{own}/template/{template.pk}/change/",
        f"{own}/template/{template.pk}/archive/",
        f"{own}/recipient/",
        f"{own}/recipient/add/",
        f"{own}/recipient/{recipient.pk}/change/",
        f"{own}/recipient/{recipient.pk}/opt-out/",
        "/admin/auditlog/logentry/",
        "/admin/auditlog/logentry/?verb=send_launched&since=2020-01-01",
        f"/admin/auditlog/logentry/{LogEntry.objects.latest('pk').pk}/change/",
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_page_has_no_violations(
    signed_in: Page,
    live_server: Any,
    console: Integration,
    violations: Callable[[Page], list[str]],
    look: str,
) -> None:
    theme, width = LOOKS[look]
    signed_in.emulate_media(color_scheme=theme)
    signed_in.set_viewport_size({"width": width, "height": 900})
    found: dict[str, list[str]] = {}

    for address in pages(console):
        signed_in.goto(f"{live_server.url}{address}")
        expect(signed_in.locator("html.dark")).to_have_count(int(theme == "dark"))
        overflow = signed_in.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        wrong = violations(signed_in) + ([f"{overflow} px too wide"] if overflow > 0 else [])
        found |= {address: wrong} if wrong else {}

    assert not found


def test_campaign_list_marks_unconfirmed_messages(
    signed_in: Page, live_server: Any, console: Integration
) -> None:
    a_send(console)

    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/")

    expect(signed_in.locator("#result_list")).to_contain_text("Finished, some in doubt")


def test_home_page_says_why_integration_is_stopped(
    signed_in: Page, live_server: Any, console: Integration
) -> None:
    Integration.objects.stop(reason="Somebody pulled the plug.", by=None, now=timezone.now())

    signed_in.goto(f"{live_server.url}/admin/")

    expect(signed_in.locator("main")).to_contain_text("Somebody pulled the plug.")
