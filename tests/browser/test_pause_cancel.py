"""Pausing, resuming and cancelling a running campaign in a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message, Template
from outbound.sending.planning.launch import launch
from tests.browser.conftest import Gateway, send_what_is_due

PEOPLE = 20


@pytest.fixture
def running(signed_in: Page, live_server: Any, console: Integration) -> Page:
    """The page of a campaign to twenty people of whom three were sent a message."""
    campaign = Campaign.objects.create(
        kind="template",
        integration=console,
        template=Template.objects.get(name="Boas-vindas"),
        numbers="\n".join(f"+551190005{number:04}" for number in range(1000, 1000 + PEOPLE)),
    )
    launch(campaign, by=None, now=timezone.now())
    later = list(campaign.messages.order_by("pk").values_list("pk", flat=True)[3:])
    Message.objects.filter(pk__in=later).update(due_at=timezone.now() + timedelta(hours=1))
    send_what_is_due()
    Message.objects.filter(pk__in=later).update(due_at=timezone.now())
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/{campaign.pk}/change/")
    return signed_in


def confirm(page: Page, button: str, reason: str = "") -> None:
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/change/")


def test_campaign_is_paused_and_resumed(running: Page, gateway: Gateway) -> None:
    running.get_by_role("link", name="Pause").click()
    expect(running.locator("main")).to_contain_text("17 messages wait; they go on when you resume.")
    confirm(running, "Pause", "The price is wrong")
    send_what_is_due()

    expect(running.locator("#progress .oc-badge")).to_have_text("Paused")
    expect(running.locator("#progress")).to_contain_text("The price is wrong")
    assert len(gateway.lines()) == 3

    running.get_by_role("link", name="Resume").click()
    confirm(running, "Resume")
    send_what_is_due()

    expect(running.locator("#progress")).to_contain_text("Accepted by Zenvia: 20")
    assert len(gateway.lines()) == PEOPLE


def test_campaign_is_cancelled(running: Page, gateway: Gateway) -> None:
    running.get_by_role("link", name="Cancel").click()
    expect(running.locator("main")).to_contain_text("17 messages wait and will not be sent.")
    expect(running.locator("main")).to_contain_text("This cannot be undone.")
    confirm(running, "Cancel this send", "The price is wrong")
    send_what_is_due()

    expect(running.locator("#progress .oc-badge")).to_have_text("Cancelled")
    expect(running.locator("#progress")).to_contain_text("Cancelled: 17")
    expect(running.get_by_role("link", name="Resume")).to_have_count(0)
    assert len(gateway.lines()) == 3


def test_page_refreshes_and_buttons_keep_the_focus(running: Page) -> None:
    running.get_by_role("link", name="Pause").focus()
    half = list(Message.objects.filter(status=MessageStatus.QUEUED).values_list("pk", flat=True)[:5])
    Message.objects.filter(pk__in=half).update(status=MessageStatus.ACCEPTED)

    expect(running.locator("#progress")).to_contain_text("Accepted by Zenvia: 8")
    expect(running.get_by_role("link", name="Pause")).to_be_focused()

    Message.objects.filter(status=MessageStatus.QUEUED).update(status=MessageStatus.ACCEPTED)

    expect(running.get_by_role("link", name="Pause")).to_have_count(0)


def test_refused_messages_are_resent_through_the_review(running: Page, gateway: Gateway) -> None:
    Message.objects.filter(status=MessageStatus.QUEUED).update(status=MessageStatus.REFUSED)
    old = Campaign.objects.get()
    running.reload()

    running.get_by_role("button", name="Send the 17 refused ones again").click()
    running.wait_for_url("**/review/")
    running.get_by_role("button", name="Send to 17 people").click()
    running.wait_for_url("**/change/")
    send_what_is_due()

    expect(running.locator("main")).to_contain_text("Sends again what did not go out in")
    assert len(gateway.lines()) == PEOPLE
    running.locator(f'main a[href$="/campaign/{old.pk}/change/"]').click()
    running.wait_for_url(f"**/{old.pk}/change/")
    expect(running.get_by_role("button", name=re.compile("refused"))).to_have_count(0)


def test_campaign_is_reused_as_a_draft(running: Page) -> None:
    running.get_by_role("button", name="Use again as a new draft").click()

    running.wait_for_url("**/compose/")

    assert Campaign.objects.filter(status=CampaignStatus.DRAFT).count() == 1
