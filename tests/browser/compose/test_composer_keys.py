"""The composer by keyboard: where focus lands, what is announced, what is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def composing_a_list(signed_in: Page, live_server: Any) -> Page:
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")
    signed_in.check("input[name=kind][value=notification]")
    signed_in.check("input[type=radio][value=list]")
    return signed_in


def value(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#id_content").input_value())


def test_a_new_row_takes_the_focus(composing_a_list: Page) -> None:
    composing_a_list.get_by_role("button", name="Add row").press("Enter")

    expect(composing_a_list.get_by_label("Text of the row").nth(1)).to_be_focused()


def test_alt_and_arrow_moves_a_row_and_says_so(composing_a_list: Page) -> None:
    titles = composing_a_list.get_by_label("Text of the row")
    titles.first.fill("First")
    composing_a_list.get_by_role("button", name="Add row").press("Enter")
    titles.nth(1).fill("Second")

    titles.nth(1).press("Alt+ArrowUp")

    assert [row["title"] for row in value(composing_a_list)["sections"][0]["rows"]] == ["Second", "First"]
    expect(composing_a_list.get_by_role("status").filter(has_text="position 1 of 2")).to_be_attached()


def test_a_removed_row_can_be_brought_back(composing_a_list: Page) -> None:
    composing_a_list.get_by_label("Text of the row").fill("Precious")
    composing_a_list.get_by_role("button", name="Add row").press("Enter")
    composing_a_list.get_by_role("button", name="Remove").locator("visible=true").nth(1).press("Enter")

    composing_a_list.get_by_role("button", name="Undo").press("Enter")

    titles = [row.get("title") for row in value(composing_a_list)["sections"][0]["rows"]]
    assert "Precious" in titles


def test_an_emoji_counts_as_one_character(composing_a_list: Page) -> None:
    composing_a_list.get_by_label("Text of the button that opens the list").fill("👍🏽 ok")

    counter = composing_a_list.locator(".wa-field", has_text="Text of the button that opens").locator(
        ".wa-counter"
    )

    # Thumb, skin tone, space, o, k: what Python's len() says too.
    expect(counter).to_contain_text(f"{len('👍🏽 ok')}/20")


def test_switching_the_type_keeps_what_was_typed(composing_a_list: Page) -> None:
    composing_a_list.get_by_label("Question").locator("visible=true").fill("Kept?")
    composing_a_list.check("input[type=radio][value=location]")

    composing_a_list.check("input[type=radio][value=list]")

    expect(composing_a_list.get_by_label("Question").locator("visible=true")).to_have_value("Kept?")


def test_the_preview_follows_what_is_typed(composing_a_list: Page) -> None:
    composing_a_list.get_by_label("Question").locator("visible=true").fill("What do you want?")

    expect(composing_a_list.locator("#preview .wa-bubble__text")).to_have_text("What do you want?")
