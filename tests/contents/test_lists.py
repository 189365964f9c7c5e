"""The list content at its limits, with rows counted in all sections."""

from __future__ import annotations

from typing import Any

import pytest

from outbound.contents import clean_content


def a_row(number: int = 1, **values: Any) -> dict[str, Any]:
    return {"id": f"id-{number}", "title": f"Row {number}"} | values


def a_section(*rows: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"title": "Section", "rows": list(rows) or [a_row()]} | values


def a_list(*sections: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "type": "list",
        "body": "Choose",
        "button": "Options",
        "sections": list(sections) or [a_section()],
    } | values


def sections_of(*row_counts: int) -> list[dict[str, Any]]:
    numbers = iter(range(sum(row_counts)))
    return [a_section(*(a_row(next(numbers)) for _ in range(count))) for count in row_counts]


@pytest.mark.parametrize(
    "raw",
    [
        a_list(),
        a_list(header="x" * 60),
        a_list(body="x" * 1024),
        a_list(footer="x" * 60),
        a_list(button="x" * 20),
        a_list(button="é" * 20),
        a_list(*sections_of(10)),
        a_list(*sections_of(5, 5)),
        a_list(*sections_of(*[1] * 10)),
        a_list(a_section(title="x" * 24)),
        a_list(a_section(a_row(id="x" * 200, title="x" * 24, description="x" * 72))),
    ],
)
def test_list_within_the_limits_is_valid(problems: Any, raw: dict[str, Any]) -> None:
    assert problems(raw) == {}


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        (a_list(header="x" * 61), "header", "header_too_long"),
        (a_list(header={"type": "text"}), "header", "text_required"),
        (a_list(body=""), "body", "body_required"),
        (a_list(body="x" * 1025), "body", "body_too_long"),
        (a_list(footer="x" * 61), "footer", "footer_too_long"),
        (a_list(button=""), "button", "list_button_required"),
        (a_list(button="x" * 21), "button", "list_button_too_long"),
        (a_list(sections=[]), "sections", "section_required"),
        (a_list(sections=None), "sections", "section_required"),
        (a_list(sections={}), "sections", "list_required"),
        (a_list(*sections_of(6, 5)), "sections", "list_rows_max_10"),
        (a_list(a_section(title="")), "sections.0.title", "section_title_required"),
        (a_list(a_section(title="x" * 25)), "sections.0.title", "section_title_too_long"),
        (a_list(a_section(rows=[])), "sections.0.rows", "rows_min_1"),
        (a_list(a_section(rows=[7])), "sections.0.rows", "list_required"),
        (a_list(a_section(a_row(id=""))), "sections.0.rows.0.id", "row_id_required"),
        (a_list(a_section({"title": "x"})), "sections.0.rows.0.id", "row_id_required"),
        (a_list(a_section(a_row(id="x" * 201))), "sections.0.rows.0.id", "row_id_too_long"),
        (a_list(a_section(a_row(title=""))), "sections.0.rows.0.title", "row_title_required"),
        (a_list(a_section(a_row(title="x" * 25))), "sections.0.rows.0.title", "row_title_too_long"),
        (
            a_list(a_section(a_row(description="x" * 73))),
            "sections.0.rows.0.description",
            "row_description_too_long",
        ),
        (a_list(a_section(a_row(1)), a_section(a_row(1))), "sections.1.rows.0.id", "row_id_repeated"),
    ],
)
def test_fault_is_reported_at_its_path(problems: Any, raw: dict[str, Any], path: str, code: str) -> None:
    assert problems(raw) == {path: [code]}


def test_eleven_rows_in_one_section_are_refused_for_section_and_list(problems: Any) -> None:
    found = problems(a_list(*sections_of(11)))

    assert found == {"sections.0.rows": ["rows_max_10"], "sections": ["list_rows_max_10"]}


def test_eleven_sections_and_their_rows_are_refused(problems: Any) -> None:
    found = problems(a_list(*sections_of(*[1] * 11)))

    assert found == {"sections": ["section_max_10", "list_rows_max_10"]}


def test_empty_optional_values_are_left_out() -> None:
    content = clean_content(a_list(a_section(a_row(description="")), header="", footer=None))

    assert content.for_wire() == a_list()


def test_two_rows_may_have_the_same_text() -> None:
    raw = a_list(a_section(a_row(1, title="Same"), a_row(2, title="Same")))

    assert clean_content(raw).for_wire() == raw
