"""The exact request body, without empty attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from outbound.gateways.base import Outgoing
from outbound.gateways.zenvia.payload import (
    Options,
    encoded,
    notification_body,
    replace_external_id,
    template_body,
)

LOCATION = {"type": "location", "latitude": 0, "longitude": 0}


def test_template_without_fields_has_destination_and_template_alone() -> None:
    body = template_body("35988001234", "t-1", {}, Options())

    assert body == {"destination": "35988001234", "templateId": "t-1"}


def test_template_fields_are_sent_unchanged() -> None:
    body = template_body("35988001234", "t-1", {"value": "R$ 1670,00"}, Options())

    assert body["fields"] == {"value": "R$ 1670,00"}


def test_notification_is_one_content_in_a_list() -> None:
    body = notification_body("35988001234", LOCATION, Options())

    assert body == {"destination": "35988001234", "contents": [LOCATION]}


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (Options(), {}),
        (Options(context={}), {}),
        (Options(context={"status": "ok"}), {"context": {"status": "ok"}}),
        (Options(restart_contact=False), {}),
        (Options(restart_contact=True), {"restartContact": True}),
        (Options(inactivity_minutes=None), {}),
        (Options(inactivity_minutes=0), {"inactivityTime": 0}),
        (Options(inactivity_minutes=2), {"inactivityTime": 2}),
    ],
)
def test_options_go_with_both_kinds_if_set(options: Options, sent: dict[str, Any]) -> None:
    assert template_body("1", "t", {}, options) == {"destination": "1", "templateId": "t"} | sent
    assert notification_body("1", LOCATION, options) == {"destination": "1", "contents": [LOCATION]} | sent


def test_external_id_is_in_the_text_and_not_in_the_body() -> None:
    body = template_body("1", "t", {"a": "ção 😀"}, Options())

    text = encoded(body, "c-1")

    assert text == '{"destination":"1","templateId":"t","fields":{"a":"ção 😀"},"externalId":"c-1"}'
    assert "externalId" not in body


def test_further_attempt_differs_by_external_id_alone() -> None:
    first = encoded(template_body("1", "t", {"a": "b"}, Options(inactivity_minutes=0)), "c-1")

    second = replace_external_id(first, "c-1-2")

    assert json.loads(second) == json.loads(first) | {"externalId": "c-1-2"}
    assert second == first.replace('"c-1"', '"c-1-2"')


def test_repr_of_a_request_hides_the_token() -> None:
    shown = Outgoing("http://127.0.0.1/", "tok-CANARY", "{}", "c-1")

    assert "CANARY" not in f"{shown!r} {shown}"
