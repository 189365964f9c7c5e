"""Back, reload, a double click and a second tab make one send."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from outbound.models import Campaign, Message
from tests.browser.conftest import Gateway, send_what_is_due


@pytest.fixture
def reviewed(signed_in: Page, live_server: Any) -> Page:
    """The review of a template message to one person."""
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")
    signed_in.get_by_label("Template", exact=False).locator("visible=true").last.select_option("Boas-vindas")
    signed_in.fill("#id_numbers", "35988001234")
    signed_in.click("button[value=review]")
    signed_in.wait_for_url("**/review/")
    return signed_in


def test_a_double_click_on_send_makes_one_send(reviewed: Page) -> None:
    reviewed.get_by_role("button", name="Send to 1 person").dblclick()

    reviewed.wait_for_url("**/change/")

    assert Message.objects.count() == 1


def test_going_back_and_sending_again_leads_to_the_first_send(reviewed: Page, gateway: Gateway) -> None:
    reviewed.get_by_role("button", name="Send to 1 person").click()
    reviewed.wait_for_url("**/change/")
    send_what_is_due()

    reviewed.go_back()
    reviewed.reload()

    reviewed.wait_for_url("**/change/")
    assert len(gateway.lines()) == 1


def test_two_tabs_on_one_review_make_one_send(reviewed: Page, gateway: Gateway) -> None:
    second = reviewed.context.new_page()
    second.goto(reviewed.url)
    reviewed.get_by_role("button", name="Send to 1 person").click()
    reviewed.wait_for_url("**/change/")

    second.get_by_role("button", name="Send to 1 person").click()

    expect(second.locator("main")).to_contain_text("This was sent already")
    send_what_is_due()
    assert len(gateway.lines()) == 1


def test_a_draft_changed_in_another_tab_is_shown_again_before_it_goes(reviewed: Page) -> None:
    draft = Campaign.objects.get()
    draft.numbers += "\n11999999999"
    draft.save()

    reviewed.get_by_role("button", name="Send to 1 person").click()

    expect(reviewed.get_by_role("button", name="Send to 2 people")).to_be_visible()
    expect(reviewed.locator("main")).to_contain_text("Something changed since you looked")
    assert not Message.objects.exists()


def test_a_saved_draft_comes_back_as_it_was(signed_in: Page, live_server: Any) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")
    signed_in.check("input[name=kind][value=notification]")
    signed_in.check("input[type=radio][value=list]")
    signed_in.get_by_label("Question").locator("visible=true").fill("Which one?")
    signed_in.fill("#id_numbers", "not yet a number")

    signed_in.click("button[value=save]")
    signed_in.wait_for_url("**/compose/")
    signed_in.reload()

    expect(signed_in.get_by_label("Question").locator("visible=true")).to_have_value("Which one?")
    expect(signed_in.locator("#id_numbers")).to_have_value("not yet a number")
