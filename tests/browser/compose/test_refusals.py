"""What WhatsApp would not take is refused on the page, at the field, and nothing is saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from outbound.models import Campaign, Message

ROW = {"id": "a", "title": "A"}


def rows(count: int, start: int = 0) -> list[dict[str, str]]:
    return [{"id": f"r{number}", "title": f"Row {number}"} for number in range(start, start + count)]


def a_list(**changes: Any) -> dict[str, Any]:
    whole = {
        "type": "list",
        "body": "Question",
        "button": "Open",
        "sections": [{"title": "S", "rows": rows(1)}],
    }
    return whole | changes


FAULTY = {
    "four buttons": (
        {"type": "button", "body": "Q", "buttons": [{"id": f"b{n}", "title": f"B{n}"} for n in range(4)]},
        "At most 3; there are 4.",
    ),
    "eleven rows over two sections": (
        a_list(sections=[{"title": "S", "rows": rows(6)}, {"title": "T", "rows": rows(5, start=6)}]),
        "At most 10 rows over all sections; there are 11.",
    ),
    "a list button of 21 characters": (a_list(button="x" * 21), "At most 20 characters; this has 21."),
    "a row without an id": (a_list(sections=[{"title": "S", "rows": [{"title": "A"}]}]), "Fill this in."),
    "latitude 91": ({"type": "location", "latitude": "91", "longitude": "0"}, "Between -90 and 90."),
    "a file over its limit": (
        {
            "type": "file",
            "fileUrl": "https://files.example.com/a.jpg",
            "fileMimeType": "image/jpeg",
            "fileSize": "5,1 MB",
        },
        "Too large for this media type: at most 5 MB.",
    ),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_stands_at_its_field_and_nothing_is_saved(
    signed_in: Page, live_server: Any, fault: str
) -> None:
    content, message = FAULTY[fault]
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")
    signed_in.check("input[name=kind][value=notification]")
    # Past what the composer lets anybody add: as a script, or a page of yesterday, would post it.
    signed_in.evaluate(
        "(text) => { document.getElementById('id_content').value = text }", json.dumps(content)
    )
    signed_in.fill("#id_numbers", "35988001234")

    signed_in.click("button[value=review]")

    expect(signed_in.locator("#problems")).to_be_focused()
    expect(signed_in.locator("[data-kind=notification] .wa-error").filter(has_text=message)).to_be_visible()
    assert not Campaign.objects.exists()
    assert not Message.objects.exists()


def test_what_was_typed_is_still_there_after_a_refusal(signed_in: Page, live_server: Any) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")
    signed_in.check("input[name=kind][value=notification]")
    signed_in.check("input[type=radio][value=location]")
    signed_in.get_by_label("Latitude").fill("91")
    signed_in.get_by_label("Name of the place").fill("Our shop")
    signed_in.fill("#id_numbers", "35988001234")

    signed_in.click("button[value=review]")

    expect(signed_in.get_by_label("Latitude")).to_have_value("91")
    expect(signed_in.get_by_label("Latitude")).to_have_attribute("aria-invalid", "true")
    expect(signed_in.get_by_label("Name of the place")).to_have_value("Our shop")
    expect(signed_in.locator("#id_numbers")).to_have_value("35988001234")


def test_the_composer_offers_no_fourth_button_and_no_eleventh_row(signed_in: Page, live_server: Any) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")
    signed_in.check("input[name=kind][value=notification]")
    signed_in.check("input[type=radio][value=button]")
    for _press in range(2):
        signed_in.get_by_role("button", name="Add button").click()

    fourth = signed_in.get_by_role("button", name="Add button")

    expect(fourth).to_be_disabled()
    signed_in.check("input[type=radio][value=list]")
    for _press in range(9):
        signed_in.get_by_role("button", name="Add row").click()
    expect(signed_in.get_by_role("button", name="Add row")).to_be_disabled()
