"""The golden bodies, composed through the product, equal the examples of the endpoint's page."""

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
def test_rich_notification_equals_the_golden_body(name: str) -> None:
    expected = golden(name)

    content = clean_content(expected["contents"][0]).for_wire()
    body = payload.notification_body(destination(expected), content, payload.Options())

    assert json.loads(payload.encoded(body, "c-1")) == expected | {"externalId": "c-1"}


def test_template_message_equals_the_golden_body() -> None:
    expected = golden("template")
    typed = {"name": "{{name}}", "value": "R$ 1670,00"}

    texts = placeholders.clean_values(typed, ["name", "value"], ["name", "value"])
    fields = placeholders.fill(placeholders.split(texts), {"name": "Maria"})
    body = payload.template_body(destination(expected), expected["templateId"], fields, payload.Options())

    assert json.loads(payload.encoded(body, expected["externalId"])) == expected


def test_every_content_type_has_a_golden_body() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {*CONTENT_TYPES, "template"}
