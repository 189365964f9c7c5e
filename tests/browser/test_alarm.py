"""The alarm on every page while messages are due and no sender works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbound.lifecycle import CampaignStatus, Hold
from outbound.models import Integration, Throttle
from outbound.sending import heartbeat
from tests.browser.conftest import Gateway, send_what_is_due
from tests.builders import a_campaign, a_message
from tests.sending.steps import a_launched

ALARM = "Messages are due, and nobody is sending them."
PAGES = ["/admin/", "/admin/outbound/message/", "/admin/outbound/recipient/add/", "/admin/password_change/"]


def somebody_waits(integration: Integration) -> None:
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=integration)
    a_message(campaign=campaign, integration=integration, due_at=timezone.now() - timedelta(minutes=5))


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_shows_the_alarm(
    signed_in: Page,
    live_server: Any,
    console: Integration,
    violations: Callable[[Page], list[str]],
    theme: str,
    width: int,
) -> None:
    somebody_waits(console)
    signed_in.emulate_media(color_scheme=theme)
    signed_in.set_viewport_size({"width": width, "height": 900})

    for address in PAGES:
        signed_in.goto(f"{live_server.url}{address}")

        alert = signed_in.get_by_role("alert")
        expect(alert).to_contain_text(ALARM)
        expect(alert).to_contain_text("Start the worker, or look at its log.")
        assert signed_in.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert violations(signed_in) == []


def test_login_page_shows_no_alarm(
    page: Page, live_server: Any, console: Integration, complaints: list[str]
) -> None:
    somebody_waits(console)

    page.goto(f"{live_server.url}/admin/login/")

    expect(page.locator("#id_username")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(ALARM)


def test_alarm_disappears_when_a_sender_works(
    signed_in: Page, live_server: Any, console: Integration
) -> None:
    somebody_waits(console)
    signed_in.goto(f"{live_server.url}/admin/")
    expect(signed_in.get_by_role("alert")).to_contain_text(ALARM)

    heartbeat.beat(timezone.now())
    signed_in.reload()

    expect(signed_in.get_by_role("alert")).to_have_count(0)
    expect(signed_in.locator("main")).to_contain_text("The sender was at work")


def test_home_page_links_to_held_integration(signed_in: Page, live_server: Any, console: Integration) -> None:
    somebody_waits(console)
    Integration.objects.stop(reason="Somebody pulled the plug.", by=None, now=timezone.now())
    send_what_is_due()

    signed_in.goto(f"{live_server.url}/admin/")
    signed_in.get_by_role("link", name="Messages wait for Sandbox, which is stopped.").click()

    expect(signed_in.locator("main")).to_contain_text("Somebody pulled the plug.")
    expect(signed_in.get_by_role("link", name="Resume")).to_be_visible()


def test_ending_a_wait_sends_the_message(
    signed_in: Page, live_server: Any, console: Integration, gateway: Gateway
) -> None:
    held = {"held_until": timezone.now() + timedelta(minutes=10), "hold": Hold.ASKED}
    Throttle.objects.update_or_create(integration=console, defaults=held)
    a_launched(integration=console)
    send_what_is_due()
    signed_in.goto(f"{live_server.url}/admin/")
    expect(signed_in.locator("main")).to_contain_text("The gateway asked to wait.")

    signed_in.get_by_role("link", name="Sandbox").click()
    signed_in.get_by_role("link", name="Try again now").click()
    signed_in.get_by_role("button", name="Try again now").click()
    expect(signed_in.locator("main")).to_contain_text("Sending goes on.")
    before = len(gateway.lines())
    send_what_is_due()

    assert (before, len(gateway.lines())) == (0, 1)


def test_rate_limit_and_hours_are_saved(signed_in: Page, live_server: Any, console: Integration) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/integration/{console.pk}/change/")

    signed_in.get_by_label("Messages per second").fill("20")
    signed_in.get_by_label("Send from").fill("08:00")
    signed_in.get_by_label("Send until").fill("18:00")
    signed_in.get_by_role("button", name="Save", exact=True).click()
    signed_in.goto(f"{live_server.url}/admin/outbound/integration/{console.pk}/change/")

    expect(signed_in.locator("main")).to_contain_text("At most 20 messages per second")
    expect(signed_in.locator("main")).to_contain_text("From 08:00 until 18:00")
