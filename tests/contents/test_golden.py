"""The document's five bodies, composed through the product, come out as the document shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outbound import phones
from outbound.contents import CONTENT_TYPES, clean_content, placeholders
from outbound.gateways.zenvia import payload

GOLDEN = Path(__file__).parents[1] / "fixtures" / "zenvia"


def golden(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def destination(body: dict[str, Any]) -> str:
    written = phones.on_the_wire(phones.parse(body["destination"]), phones.NumberFormat.NATIONAL)
    assert written
    return written


@pytest.mark.parametrize("name", CONTENT_TYPES)
def test_a_rich_notification_is_the_documents_body(name: str) -> None:
    expected = golden(name)

    content = clean_content(expected["contents"][0]).for_wire()
    body = payload.notification_body(destination(expected), content, payload.Options())

    assert json.loads(payload.encoded(body, "c-1")) == expected | {"externalId": "c-1"}


def test_a_template_message_is_the_documents_body() -> None:
    expected = golden("template")
    typed = {"name": "{{name}}", "value": "R$ 1670,00"}

    texts = placeholders.clean_values(typed, ["name", "value"], ["name", "value"])
    fields = placeholders.fill(placeholders.split(texts), {"name": "Maria"})
    body = payload.template_body(destination(expected), expected["templateId"], fields, payload.Options())

    assert json.loads(payload.encoded(body, expected["externalId"])) == expected


def test_there_is_a_golden_body_for_each_content_and_one_for_the_template() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {*CONTENT_TYPES, "template"}
