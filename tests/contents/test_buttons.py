"""The button content at its limits."""

from __future__ import annotations

from typing import Any

import pytest

from outbound.contents import clean_content

PICTURE = {"type": "file", "fileUrl": "https://files.example.com/cat.jpg"}


def a_button(number: int = 1, **values: Any) -> dict[str, Any]:
    return {"id": f"id-{number}", "title": f"Title {number}"} | values


def a_question(**values: Any) -> dict[str, Any]:
    return {"type": "button", "body": "Shall we?", "buttons": [a_button()]} | values


def buttons(count: int) -> list[dict[str, Any]]:
    return [a_button(number) for number in range(count)]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"header": PICTURE},
        {"body": "x" * 1024},
        {"body": "😀" * 1024},
        {"footer": "x" * 60},
        {"buttons": buttons(3)},
        {"buttons": [a_button(title="x" * 20)]},
        {"buttons": [a_button(title="👍🏽" * 10)]},
        {"buttons": [a_button(id="x" * 256)]},
    ],
)
def test_question_within_the_limits_is_valid(problems: Any, values: dict[str, Any]) -> None:
    assert problems(a_question(**values)) == {}


@pytest.mark.parametrize(
    ("values", "path", "code"),
    [
        ({"body": ""}, "body", "body_required"),
        ({"body": " \u200b"}, "body", "field_blank"),
        ({"body": "x" * 1025}, "body", "body_too_long"),
        ({"footer": "x" * 61}, "footer", "footer_too_long"),
        ({"buttons": buttons(4)}, "buttons", "buttons_max_3"),
        ({"buttons": []}, "buttons", "buttons_min_1"),
        ({"buttons": None}, "buttons", "buttons_min_1"),
        ({"buttons": "Yes"}, "buttons", "list_required"),
        ({"buttons": ["Yes"]}, "buttons", "list_required"),
        ({"buttons": [a_button(title="")]}, "buttons.0.title", "button_title_required"),
        ({"buttons": [a_button(title="x" * 21)]}, "buttons.0.title", "button_title_too_long"),
        ({"buttons": [a_button(id="")]}, "buttons.0.id", "button_id_required"),
        ({"buttons": [a_button(id="x" * 257)]}, "buttons.0.id", "button_id_too_long"),
        ({"buttons": [a_button(1), a_button(2, id="id-1")]}, "buttons.1.id", "button_id_repeated"),
        ({"buttons": [a_button(1), a_button(2, id=" id-1 ")]}, "buttons.1.id", "button_id_repeated"),
        (
            {"buttons": [a_button(1), a_button(2, title="Title 1")]},
            "buttons.1.title",
            "button_title_repeated",
        ),
        ({"buttons": [a_button(url="https://x.com")]}, "buttons.0.url", "attribute_unknown"),
        ({"header": "Hello"}, "header", "object_required"),
        ({"header": {"type": "file", "fileUrl": "cat"}}, "header.fileUrl", "file_url_invalid"),
        ({"header": {"type": "file", "fileUrl": "http://a.com/b"}}, "header.fileUrl", "file_url_https_only"),
    ],
)
def test_fault_is_reported_at_its_path(problems: Any, values: dict[str, Any], path: str, code: str) -> None:
    assert problems(a_question(**values)) == {path: [code]}


def test_header_of_another_type_is_refused_by_attribute(problems: Any) -> None:
    found = problems(a_question(header={"type": "text", "text": "Hello"}))

    assert found["header.type"] == ["attribute_unknown"]
    assert found["header.text"] == ["attribute_unknown"]


@pytest.mark.parametrize("header", [None, "", {}, {"type": "file"}, {"type": "file", "fileUrl": ""}])
def test_empty_header_and_footer_are_left_out(header: Any) -> None:
    content = clean_content(a_question(header=header, footer=""))

    assert content.for_wire() == a_question()


def test_outer_space_of_an_id_is_removed() -> None:
    content = clean_content(a_question(buttons=[a_button(id=" yes ")]))

    assert content.value["buttons"][0]["id"] == "yes"
