"""The document's five examples, typed by keyboard, sent, and found in the history."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from outbound.models import Message
from tests.browser.conftest import Gateway, send_what_is_due
from tests.browser.keyboard import Keyboard

GOLDEN = Path(__file__).parents[2] / "fixtures" / "zenvia"


def golden(kind: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{kind}.json").read_text())


def type_template(keys: Keyboard, body: dict[str, Any]) -> None:
    keys.to("Template message")
    keys.select("Template", "Cobran")
    keys.fill("Nome", body["fields"]["name"])
    keys.fill("Valor", body["fields"]["value"])


def type_file(keys: Keyboard, body: dict[str, Any]) -> None:
    content = body["contents"][0]
    choose_content(keys, "File")
    keys.fill("Address of the file", content["fileUrl"])
    keys.fill("Media type", content["fileMimeType"])
    keys.fill("Caption", content["fileCaption"])
    keys.fill("File name", content["fileName"])


def type_button(keys: Keyboard, body: dict[str, Any]) -> None:
    content = body["contents"][0]
    choose_content(keys, "Buttons")
    keys.fill("Address of the picture", content["header"]["fileUrl"])
    keys.fill("Question", content["body"])
    keys.fill("Footer", content["footer"])
    for index, button in enumerate(content["buttons"]):
        if index:
            keys.press("Add button")
            keys.page.keyboard.insert_text(button["title"])
        else:
            keys.fill("Text on the button", button["title"])
        keys.fill("What the bot receives", button["id"])


def type_list(keys: Keyboard, body: dict[str, Any]) -> None:
    content = body["contents"][0]
    choose_content(keys, "List")
    keys.fill("Title", content["header"])
    keys.fill("Question", content["body"])
    keys.fill("Footer", content["footer"])
    keys.fill("Text of the button that opens the list", content["button"])
    keys.fill("Section title", content["sections"][0]["title"])
    for index, row in enumerate(content["sections"][0]["rows"]):
        if index:
            keys.press("Add row")
            keys.page.keyboard.insert_text(row["title"])
        else:
            keys.fill("Text of the row", row["title"])
        keys.fill("What the bot receives", row["id"])
        keys.fill("Description", row["description"])


def type_location(keys: Keyboard, body: dict[str, Any]) -> None:
    content = body["contents"][0]
    choose_content(keys, "Location")
    keys.fill("Latitude", str(content["latitude"]).replace(".", ","))
    keys.fill("Longitude", str(content["longitude"]))
    keys.fill("Name of the place", content["name"])
    keys.fill("Address", content["address"])
    keys.fill("Website", content["url"])


def choose_content(keys: Keyboard, label: str) -> None:
    keys.choose("Template message", "Rich notification (24-hour window)")
    keys.choose("File", label)


TYPED: dict[str, Callable[[Keyboard, dict[str, Any]], None]] = {
    "template": type_template,
    "file": type_file,
    "button": type_button,
    "list": type_list,
    "location": type_location,
}


@pytest.mark.parametrize("kind", TYPED)
def test_an_example_of_the_document_is_typed_sent_and_accepted(
    signed_in: Page, live_server: Any, gateway: Gateway, kind: str
) -> None:
    keys, body = Keyboard(signed_in), golden(kind)
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/compose/")

    TYPED[kind](keys, body)
    keys.fill("Other numbers", body["destination"])
    keys.press("Review")
    expect(signed_in.locator("h2", has_text="What will happen")).to_be_visible()
    if kind != "template":
        keys.tick("I have read this")
    keys.press("Send to 1 person")
    signed_in.wait_for_url("**/change/")
    send_what_is_due()

    (posted,) = gateway.lines()
    message = Message.objects.get()
    assert posted["taken"]
    assert without_own_id(posted["body"]) == without_own_id(body)
    signed_in.goto(f"{live_server.url}/admin/outbound/message/{message.pk}/change/")
    expect(signed_in.locator("#state .oc-badge")).to_contain_text("Accepted by Zenvia")
    expect(signed_in.locator("main")).to_contain_text(message.gateway_message_id)
    expect(signed_in.locator("main")).to_contain_text(message.gateway_contact_id)
    assert message.gateway_message_id
    assert message.gateway_contact_id


def without_own_id(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out the external id, which is always ours."""
    return {name: value for name, value in body.items() if name != "externalId"}
