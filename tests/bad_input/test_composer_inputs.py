"""Bad input at the compose page: nothing is saved, and the error is at its field, with a stable code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bad_input.conftest import LOCATION, Composer, nothing_saved
from tests.builders import a_recipient

BUTTON = {"id": "yes", "title": "Yes"}
FILE = {"type": "file", "fileUrl": "https://files.example.com/a.pdf"}


def a_question(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "button", "body": "Shall we?", "buttons": list(buttons)}


def a_list(*row_counts: int, **values: Any) -> dict[str, Any]:
    numbers = iter(range(100))
    sections = [
        {"title": "S", "rows": [{"id": f"{next(numbers)}", "title": "Row"} for _ in range(count)]}
        for count in row_counts
    ]
    return {"type": "list", "body": "Choose", "button": "Options", "sections": sections} | values


def an_address(url: str) -> dict[str, Any]:
    return {"content": {"type": "file", "fileUrl": url}}


def values_of(value: str) -> dict[str, Any]:
    return {"fields": {"name": value}}


TEMPLATE = "template_message"
FAULTS = [
    ("no-recipient", {"numbers": ""}, "recipients", "recipients", "destination_required"),
    ("no-recipient", {"numbers": " \n;,"}, "recipients", "recipients", "destination_required"),
    *(
        ("number", {"numbers": number}, "numbers", "numbers.0", "destination_invalid")
        for number in ("5535abc", "1234567", "1" * 20, "00988001234", "20988001234")
    ),
    ("template", {TEMPLATE: ""}, TEMPLATE, "template", "template_required"),
    ("template", {TEMPLATE: {"type": ""}}, TEMPLATE, "template", "template_required"),
    ("template", {TEMPLATE: {"type": "has spaces"}}, TEMPLATE, "template", "template_required"),
    ("template", {TEMPLATE: {"type": "9" * 300}}, TEMPLATE, "template", "template_required"),
    ("template", {TEMPLATE: {"type": "999999"}}, TEMPLATE, "template", "template_required"),
    ("field", {"fields": {}}, TEMPLATE, "fields.name", "field_missing"),
    ("field", values_of(""), TEMPLATE, "fields.name", "field_missing"),
    ("field", {"fields": {"name": "A", "x": "B"}}, TEMPLATE, "fields.x", "field_unknown"),
    ("field", values_of("{{1}}"), TEMPLATE, "fields.name", "field_placeholder_left"),
    ("value", values_of("x" * 5000), TEMPLATE, "fields.name", "field_too_long"),
    ("value", values_of("a\x00b"), TEMPLATE, TEMPLATE, "field_bad_characters"),
    ("value", values_of("\u200b\u2060"), TEMPLATE, "fields.name", "field_blank"),
    (
        "buttons",
        {"content": a_question(*({"id": f"{n}", "title": f"{n}"} for n in range(4)))},
        "content",
        "content.buttons",
        "buttons_max_3",
    ),
    ("buttons", {"content": a_question()}, "content", "content.buttons", "buttons_min_1"),
    (
        "buttons",
        {"content": a_question(BUTTON, BUTTON | {"title": "No"})},
        "content",
        "content.buttons.1.id",
        "button_id_repeated",
    ),
    (
        "buttons",
        {"content": a_question(BUTTON | {"title": ""})},
        "content",
        "content.buttons.0.title",
        "button_title_required",
    ),
    (
        "buttons",
        {"content": a_question(BUTTON | {"title": "x" * 21})},
        "content",
        "content.buttons.0.title",
        "button_title_too_long",
    ),
    ("list", {"content": a_list(1, button="x" * 21)}, "content", "content.button", "list_button_too_long"),
    ("list", {"content": a_list(6, 5)}, "content", "content.sections", "list_rows_max_10"),
    (
        "list",
        {"content": a_list(sections=[{"title": "S", "rows": [{"title": "Row"}]}])},
        "content",
        "content.sections.0.rows.0.id",
        "row_id_required",
    ),
    ("list", {"content": a_list()}, "content", "content.sections", "section_required"),
    ("location", {"content": LOCATION | {"latitude": 91}}, "content", "content.latitude", "latitude_range"),
    (
        "location",
        {"content": LOCATION | {"longitude": -181}},
        "content",
        "content.longitude",
        "longitude_range",
    ),
    (
        "location",
        {"content": LOCATION | {"latitude": "NaN"}},
        "content",
        "content.latitude",
        "number_invalid",
    ),
    (
        "location",
        {"content": json.dumps(LOCATION | {"latitude": float("nan")})},
        *["content"] * 2,
        "field_bad_characters",
    ),
    *(
        ("scheme", an_address(url), "content", "content.fileUrl", "file_url_https_only")
        for url in ("http://a.com/b", "ftp://a.com/b", "file:///etc/passwd", "data:,x", "javascript:alert(1)")
    ),
    *(
        ("private-host", an_address(url), "content", "content.fileUrl", "file_url_host_not_public")
        for url in (
            *("https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://①②⑦.⓪.⓪.①/"),
            *("https://[::ffff:10.0.0.1]/", "https://169.254.169.254/"),
        )
    ),
    *(
        ("address", an_address(url), "content", "content.fileUrl", "file_url_invalid")
        for url in (
            *("https://u:p@a.com/", "https://a.com\\@b.com/", "https://a.com/\tb", "https://a.com/#@b.com"),
            *("https://a.com:22/", "https:///x", "https://a.com:port/", "https://a.com:0/"),
        )
    ),
    (
        "file",
        {"content": FILE | {"fileMimeType": "image/gif"}},
        "content",
        "content.fileMimeType",
        "file_type_not_allowed",
    ),
    (
        "file",
        {"content": FILE | {"fileMimeType": "image/png", "fileSize": "5,1 MB"}},
        "content",
        "content.fileSize",
        "file_too_large",
    ),
    ("inactivity", {"inactivity_minutes": "-1"}, *["inactivity_minutes"] * 2, "min_value"),
    ("inactivity", {"inactivity_minutes": "1.5"}, *["inactivity_minutes"] * 2, "invalid"),
    ("inactivity", {"inactivity_minutes": '"2"'}, *["inactivity_minutes"] * 2, "invalid"),
    ("inactivity", {"inactivity_minutes": "1000000000"}, *["inactivity_minutes"] * 2, "max_value"),
    ("context", {"context": "[1]"}, "context", "context", "content_invalid"),
    ("context", {"context": '{"pairs": {"a": 1}}'}, "context", "context", "context_invalid"),
    (
        "context",
        {"context": {"pairs": [{"name": "a", "value": "x" * 100_000}]}},
        *["context"] * 2,
        "context_too_large",
    ),
]
TABLE = [pytest.param(*fault, id=f"{name}-{n}") for n, (name, *fault) in enumerate(FAULTS)]


@pytest.mark.parametrize(("values", "field", "path", "code"), TABLE)
def test_fault_is_shown_at_its_field_and_nothing_is_saved(
    composer: Composer, values: dict[str, Any], field: str, path: str, code: str
) -> None:
    response = composer.post(language="pt-BR,pt;q=0.9", **values)
    shown = {name: " ".join(messages) for name, messages in response.context["form"].errors.items()}

    ((_path, [(found, english)]),) = composer.problems(**values).items()
    assert (response.status_code, list(shown)) == (200, [field])
    assert (_path, found) == (path, code)
    assert english not in shown[field]
    assert nothing_saved()


@pytest.mark.parametrize("values", [values_of("a\ud800"), {"content": LOCATION | {"name": "a\ud800"}}])
def test_lone_surrogate_is_refused(composer: Composer, values: dict[str, Any]) -> None:
    assert composer.post(**values).status_code == 200


def test_unstorable_value_is_reported_at_its_path(composer: Composer) -> None:
    response = composer.post(**values_of("a\x00b"))

    widget = response.context["form"].fields["template_message"].widget
    assert list(widget.path_errors) == ["fields.name"]


def test_too_large_number_is_refused(composer: Composer) -> None:
    content = '{"type": "location", "latitude": 1e400, "longitude": 0}'

    assert composer.post(content=content).status_code == 200


def test_nested_context_is_refused(composer: Composer) -> None:
    assert composer.codes(context={"pairs": [{"name": "a", "value": {"b": {}}}]})


@pytest.mark.parametrize(
    "numbers",
    [
        "35988001234",
        "(35) 9 8800-1234",
        "+55 35 98800-1234",
        "\uff13\uff15\uff19\uff18\uff18\uff10\uff10\uff11\uff12\uff13\uff14",
    ],
)
def test_usual_spellings_are_shown_as_one_number(composer: Composer, numbers: str) -> None:
    page = composer.review(composer.draft(numbers=numbers))

    assert "+55 35 98800-1234" in page.content.decode()


def test_two_spellings_are_one_person_and_one_duplicate(composer: Composer) -> None:
    page = composer.review(composer.draft(numbers="3588001234, 35988001234"))

    assert len(page.context["plan"].going) == 1
    assert page.context["plan"].duplicates == ["35988001234"]


def test_values_of_the_other_kind_are_not_saved(composer: Composer) -> None:
    draft = composer.draft(content=LOCATION, kind="template")

    assert (draft.template, draft.content) == (composer.template, None)


@pytest.mark.parametrize("typed", ["-23,5", "-23.5"])
def test_decimal_commas_are_accepted(composer: Composer, typed: str) -> None:
    page = composer.review(composer.draft(content=LOCATION | {"latitude": typed}))

    assert page.context["plan"].going[0].body["contents"][0]["latitude"] == -23.5


def test_picked_recipients_alone_are_enough(composer: Composer) -> None:
    maria = a_recipient()

    assert composer.codes(numbers="", recipients=[maria.pk]) == {}
