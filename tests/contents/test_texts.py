"""Texts, arbitrary JSON, and the limits that the browser is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound.admin.compose.forms import descriptions
from outbound.contents import CONTENT_TYPES, Content, clean_content
from outbound.contents.buttons import ButtonContent
from outbound.contents.errors import Problems
from outbound.contents.files import FileContent
from outbound.contents.lists import ListContent
from outbound.contents.locations import LocationContent
from outbound.contents.placeholders import MAX_VALUE_LENGTH
from outbound.contents.texts import clean_text, is_blank
from tests.builders import a_template

NAMES = sorted(
    {"type", "id", "title", "rows", "description", "header", "latitude", "name"}
    | {part.name for content in CONTENT_TYPES.values() for part in content.FIELDS}
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)
PLAUSIBLE = st.one_of(
    st.text(min_size=1, max_size=30), st.sampled_from(["https://a.example.com/x", "1,5", 0, 7.5, "2 MB"])
)
CONTENTS = st.fixed_dictionaries(
    {"type": st.sampled_from([*CONTENT_TYPES, "carousel"])},
    optional={name: PLAUSIBLE | ANY_JSON for name in NAMES if name != "type"},
)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        (" a ", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a\tb"),
        ("<script>{{7*7}}%s\u202e", "<script>{{7*7}}%s\u202e"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_text_keeps_all_but_line_ends_and_outer_space(typed: str, cleaned: str) -> None:
    assert clean_text(typed, ("body",), Problems()) == cleaned


@pytest.mark.parametrize("typed", ["a\x00", "\x07", "a\x1b[0m", "\x85", "\ud83d"])
def test_controls_and_lone_surrogates_are_refused(typed: str) -> None:
    problems = Problems()

    assert clean_text(typed, ("body",), problems) is None
    assert problems.found["body"][0].code == "field_bad_characters"


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\u2060\ufeff\u00ad", "\u202e \n"])
def test_invisible_text_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "content_invalid"),
        ([], "content_invalid"),
        ("file", "content_invalid"),
        ({}, "content_type_required"),
        ({"type": ""}, "content_type_required"),
        ({"type": "carousel"}, "content_type_unknown"),
        ({"type": ["file"]}, "content_type_unknown"),
        ({"type": {"file": 1}}, "content_type_unknown"),
    ],
)
def test_content_describes_itself(problems: Any, raw: Any, code: str) -> None:
    assert problems(raw) == {"type": [code]}


@settings(deadline=None, max_examples=300)
@given(ANY_JSON | CONTENTS)
def test_cleaning_arbitrary_json_is_idempotent(raw: Any) -> None:
    content = cleaned(raw)

    assert content is None or cleaned({"type": content.TYPE} | content.value) == content
    assert content is None or all(warning.messages for warning in content.warnings())


def cleaned(raw: Any) -> Content | None:
    try:
        return clean_content(raw)
    except ValidationError:
        return None


def limits(fields: list[dict[str, Any]], path: str = "") -> Iterator[tuple[str, int]]:
    for field in fields:
        here = f"{path}{field['name']}"
        limit = field.get("maxLength") or field.get("max")
        if limit:
            yield here, limit
        yield from limits(field.get("fields", []), f"{here}.")


def test_limits_in_the_browser_are_those_of_the_classes() -> None:
    described = {one["type"]: dict(limits(one["fields"])) for one in descriptions.of_contents()["types"]}

    assert described == {
        "file": {
            "fileMimeType": 100,
            "fileCaption": FileContent.MAX_CAPTION,
            "fileName": FileContent.MAX_NAME,
        },
        "button": {
            "body": ButtonContent.MAX_BODY,
            "footer": ButtonContent.MAX_FOOTER,
            "buttons": ButtonContent.MAX_BUTTONS,
            "buttons.title": ButtonContent.MAX_BUTTON_TITLE,
            "buttons.id": ButtonContent.MAX_BUTTON_ID,
        },
        "list": {
            "header": ListContent.MAX_HEADER,
            "body": ListContent.MAX_BODY,
            "footer": ListContent.MAX_FOOTER,
            "button": ListContent.MAX_BUTTON,
            "sections": ListContent.MAX_SECTIONS,
            "sections.title": ListContent.MAX_SECTION_TITLE,
            "sections.rows": ListContent.MAX_ROWS,
            "sections.rows.title": ListContent.MAX_ROW_TITLE,
            "sections.rows.id": ListContent.MAX_ROW_ID,
            "sections.rows.description": ListContent.MAX_ROW_DESCRIPTION,
        },
        "location": {"name": LocationContent.MAX_NAME, "address": LocationContent.MAX_ADDRESS},
    }


def test_browser_counts_rows_in_all_sections() -> None:
    (described,) = [one for one in descriptions.of_contents()["types"] if one["type"] == "list"]

    assert described["caps"] == [{"path": ["sections", "rows"], "max": ListContent.MAX_ROWS}]


@pytest.mark.django_db
def test_limit_of_a_template_field_is_that_of_a_value() -> None:
    template = a_template()
    template.adopt_placeholders()

    (described,) = descriptions.of_templates([template])["types"]

    assert dict(limits(described["fields"])) == {"fields.name": MAX_VALUE_LENGTH}
