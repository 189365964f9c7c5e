"""Unconfirmed messages in a browser: resolved with a reason, and resent after a review."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message, Template
from outbound.sending.planning.launch import launch
from tests.browser.conftest import send_what_is_due
from tests.browser.keyboard import Keyboard

NO_CLEAR_ANSWER = "35988000602"


def an_unconfirmed(integration: Integration, *numbers: str) -> Campaign:
    campaign = Campaign.objects.create(
        kind="template",
        integration=integration,
        template=Template.objects.get(name="Boas-vindas"),
        numbers="\n".join(numbers or [NO_CLEAR_ANSWER]),
    )
    launch(campaign, by=None, now=timezone.now())
    send_what_is_due()
    return campaign


def test_message_resolved_as_not_sent_is_resent_through_the_review(
    signed_in: Page, live_server: Any, console: Integration
) -> None:
    an_unconfirmed(console)
    old = Message.objects.get(status=MessageStatus.UNCONFIRMED)

    signed_in.reload()
    signed_in.locator("#nav-sidebar-apps").get_by_role("link", name="In doubt 1").click()
    signed_in.get_by_label("+55 35 98800-0602").check()
    signed_in.get_by_role("button", name="It was not sent").click()
    signed_in.get_by_label("Reason").fill("Zenvia does not know it")
    signed_in.get_by_role("button", name="It was not sent").click()
    expect(signed_in.get_by_role("status")).to_contain_text("1 message is taken as not sent.")
    signed_in.get_by_role("button", name="Send these again").click()
    signed_in.get_by_role("button", name="Send to 1 person").click()

    expect(signed_in.get_by_role("status")).to_contain_text("1 message is on its way.")
    new = Message.objects.get(resend_of=old)
    assert (new.phone, new.status) == (old.phone, MessageStatus.QUEUED)
    old.refresh_from_db()
    assert old.status == MessageStatus.ASSUMED_NOT_SENT
    signed_in.goto(f"{live_server.url}/admin/outbound/message/{old.pk}/change/")
    expect(signed_in.locator(".oc-timeline")).to_contain_text("Zenvia does not know it")


def test_one_checkbox_selects_the_page(signed_in: Page, live_server: Any, console: Integration) -> None:
    an_unconfirmed(console, NO_CLEAR_ANSWER, "35988010602")
    signed_in.goto(f"{live_server.url}/admin/outbound/message/doubts/")

    signed_in.get_by_label("All on this page").check()

    expect(signed_in.get_by_label("+55 35 98801-0602")).to_be_checked()
    signed_in.get_by_role("button", name="It was sent", exact=True).click()
    expect(signed_in.locator("#content h2")).to_have_text("Take 2 messages as sent?")


def test_message_is_resolved_by_keyboard(signed_in: Page, live_server: Any, console: Integration) -> None:
    an_unconfirmed(console)
    message = Message.objects.get(status=MessageStatus.UNCONFIRMED)
    signed_in.goto(f"{live_server.url}/admin/outbound/message/{message.pk}/change/")
    keys = Keyboard(signed_in)

    keys.press("It was sent")
    signed_in.wait_for_url("**/decide/**")
    keys.fill("Reason", "She answered it")
    keys.press("It was sent")

    expect(signed_in.locator("#state")).to_contain_text("Taken as sent")
    assert not Campaign.objects.filter(status=CampaignStatus.DRAFT).exists()
