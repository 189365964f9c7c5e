"""The page of a launch in progress, until it sends or becomes a draft again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbound.models import Campaign, Integration, Launch, Template
from outbound.sending.planning import launch_lease
from outbound.sending.planning.launch import launch_in_background
from outbound.sending.planning.launcher import carry_out_next
from outbound.sending.planning.plan import plan

SOON = 10_000  # ms; the page looks every two seconds


@pytest.fixture
def begun(signed_in: Page, live_server: Any, console: Integration) -> Campaign:
    """A launch in progress, and its page."""
    draft = Campaign.objects.create(
        kind="template",
        integration=console,
        template=Template.objects.get(name="Boas-vindas"),
        numbers="35988000200, 35988000201, 35988000202, 35988000203",
    )
    launch_in_background(draft, by=None, now=timezone.now(), expected=plan(draft).digest)
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/{draft.pk}/change/")
    return draft


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_page_follows_launch_into_sending(
    signed_in: Page, begun: Campaign, violations: Callable[[Page], list[str]], width: int, scheme: Any
) -> None:
    signed_in.set_viewport_size({"width": width, "height": 900})
    signed_in.emulate_media(color_scheme=scheme)
    expect(signed_in.locator("#progress")).to_contain_text("0 of 4 messages prepared")

    Launch.objects.update(written=2)

    expect(signed_in.locator("#progress")).to_contain_text("2 of 4 messages prepared", timeout=SOON)
    expect(signed_in.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    assert violations(signed_in) == []
    carry_out_next()
    expect(signed_in.locator("#progress")).to_contain_text("4 messages planned", timeout=SOON)
    expect(signed_in.locator("#actions")).to_contain_text("Pause")


def test_stopped_launch_opens_as_draft(
    signed_in: Page, begun: Campaign, violations: Callable[[Page], list[str]]
) -> None:
    signed_in.get_by_role("link", name="Stop preparing").click()
    assert violations(signed_in) == []
    signed_in.get_by_role("button", name="Stop preparing").click()
    expect(signed_in.locator("#progress")).to_contain_text("It is taken back")

    carry_out_next()

    signed_in.wait_for_url("**/compose/", timeout=SOON)
    expect(signed_in.locator("main, #content, body").first).to_contain_text("its preparation was stopped")


def test_missing_worker_is_shown_without_javascript(
    signed_in: Page, begun: Campaign, browser: Any, live_server: Any
) -> None:
    launch_lease.take(timezone.now())
    Launch.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    plain = context.new_page()

    plain.goto(signed_in.url)

    expect(plain.locator("#progress")).to_contain_text("Nobody is preparing it")
    context.close()
