"""The sandbox's rules of the four rich contents."""

from __future__ import annotations

import json

import pytest

from outbound.sandbox.contract.contract import check

HEADERS = {"Content-Type": "application/json", "Authorization": "altu-token"}
REMOVED = object()
MB = 1024 * 1024


def refusals(content: dict[str, object]) -> set[tuple[str, str]]:
    raw = json.dumps({"destination": "11999999999", "contents": [content]}).encode()
    problems = check("POST", "/zenvia/acme/42", HEADERS, raw).problems
    return {(problem.code, problem.path.removeprefix("contents[0].")) for problem in problems}


@pytest.fixture
def changed(golden):
    def build(kind: str, **attributes: object) -> dict[str, object]:
        content = {**golden(kind)["contents"][0], **attributes}
        return {name: value for name, value in content.items() if value is not REMOVED}

    return build


def buttons(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": id, "title": title} for id, title in pairs]


def section(count: int, first: int = 0, title: str = "Seção") -> dict[str, object]:
    rows = [{"id": f"r{number}", "title": f"Linha {number}"} for number in range(first, first + count)]
    return {"title": title, "rows": rows}


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [
        ("file", "fileUrl"),
        ("button", "body"),
        ("button", "buttons"),
        ("list", "body"),
        ("list", "button"),
        ("list", "sections"),
        ("location", "latitude"),
        ("location", "longitude"),
    ],
)
def test_missing_attribute_is_refused(changed, kind, attribute):
    assert refusals(changed(kind, **{attribute: REMOVED})) == {("required", attribute)}


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("file", ["fileMimeType", "fileName", "fileCaption"]),
        ("button", ["header", "footer"]),
        ("list", ["header", "footer"]),
        ("location", ["name", "address", "url"]),
    ],
)
def test_optional_attribute_may_be_absent_but_not_blank(changed, kind, attributes):
    without = changed(kind, **dict.fromkeys(attributes, REMOVED))
    blank = changed(kind, **dict.fromkeys(attributes, ""))

    assert refusals(without) == set()
    assert {path for _, path in refusals(blank)} >= set(attributes) - {"header"}


@pytest.mark.parametrize("kind", ["file", "button", "list", "location"])
def test_an_unknown_attribute_is_refused(changed, kind):
    assert refusals(changed(kind, colour="red")) == {("unknown_attribute", "colour")}


@pytest.mark.parametrize(
    ("kind", "attribute", "limit"),
    [
        ("file", "fileCaption", 1024),
        ("button", "body", 1024),
        ("button", "footer", 60),
        ("list", "header", 60),
        ("list", "body", 1024),
        ("list", "footer", 60),
        ("list", "button", 20),
    ],
)
def test_text_one_code_point_over_its_limit_is_refused(changed, kind, attribute, limit):
    assert refusals(changed(kind, **{attribute: "👍" * limit})) == set()
    assert refusals(changed(kind, **{attribute: "x" * (limit + 1)})) == {("too_long", attribute)}


def test_a_lone_surrogate_is_refused(changed):
    assert refusals(changed("list", body="broken \ud83d")) == {("invalid_format", "body")}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"type": "text", "text": "x" * 60}, set()),
        ({"type": "text", "text": "x" * 61}, {("too_long", "header.text")}),
        ({"type": "text"}, {("required", "header.text")}),
        ({"type": "file"}, {("required", "header.fileUrl")}),
        ({"type": "file", "fileUrl": "https://h/a.jpg", "fileName": "a.jpg"}, set()),
        ({"type": "file", "fileUrl": "https://h/a.jpg?size=6000000"}, {("too_large", "header.fileUrl")}),
        ("Menu", {("invalid_type", "header")}),
    ],
)
def test_a_button_header_is_an_object_of_two_kinds(changed, header, expected):
    assert refusals(changed("button", header=header)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {("too_few", "buttons")}),
        (buttons(("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")), {("too_many", "buttons")}),
        (buttons(("a", "x" * 21)), {("too_long", "buttons[0].title")}),
        (buttons(("x" * 257, "A")), {("too_long", "buttons[0].id")}),
        (buttons((" a", "A")), {("invalid_format", "buttons[0].id")}),
        (buttons(("a", "A"), ("a", "B")), {("duplicated", "buttons[1].id")}),
        (buttons(("a", "A"), ("b", "A")), {("duplicated", "buttons[1].title")}),
        ([{"title": "A"}], {("required", "buttons[0].id")}),
        (["A"], {("invalid_type", "buttons[0]")}),
    ],
)
def test_bad_buttons_are_refused_at_their_path(changed, given, expected):
    assert refusals(changed("button", buttons=given)) == expected


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ([], {("too_few", "sections")}),
        ([section(0)], {("too_few", "sections[0].rows")}),
        ([section(10)], set()),
        ([section(6), section(4, first=6)], set()),
        ([section(6), section(5, first=6)], {("too_many", "sections")}),
        ([section(1, first=n) for n in range(10)], set()),
        ([section(1), section(1)], {("duplicated", "sections[1].rows[0].id")}),
        ([section(1, title="x" * 25)], {("too_long", "sections[0].title")}),
        ([section(1, title="")], {("empty", "sections[0].title")}),
        ([{"rows": [{"id": "a", "title": "A"}]}], {("required", "sections[0].title")}),
        ([{"title": "S", "rows": [{"title": "A"}]}], {("required", "sections[0].rows[0].id")}),
        ([{"title": "S", "rows": [{"id": "a"}]}], {("required", "sections[0].rows[0].title")}),
        (["S"], {("invalid_type", "sections[0]")}),
    ],
)
def test_sections_and_rows_are_counted_together_and_refused_at_their_path(changed, sections, expected):
    assert refusals(changed("list", sections=sections)) == expected


@pytest.mark.parametrize(("attribute", "limit"), [("id", 200), ("title", 24), ("description", 72)])
def test_row_limits_are_checked(changed, attribute, limit):
    def rows(length: int) -> list[dict[str, object]]:
        return [{"title": "S", "rows": [{"id": "a", "title": "A", attribute: "x" * length}]}]

    assert refusals(changed("list", sections=rows(limit))) == set()
    assert refusals(changed("list", sections=rows(limit + 1))) == {
        ("too_long", f"sections[0].rows[0].{attribute}")
    }


@pytest.mark.parametrize(
    ("attribute", "value", "code"),
    [
        ("latitude", 91, "out_of_range"),
        ("latitude", -90.1, "out_of_range"),
        ("longitude", 180.5, "out_of_range"),
        ("latitude", "-23.5", "invalid_type"),
        ("latitude", True, "invalid_type"),
    ],
)
def test_coordinate_is_a_number_within_range(changed, attribute, value, code):
    assert refusals(changed("location", **{attribute: value})) == {(code, attribute)}


def test_zero_is_a_coordinate(changed):
    assert refusals(changed("location", latitude=0, longitude=0.0)) == set()


@pytest.mark.parametrize(
    "url",
    [
        "http://h/a.jpg",
        "ftp://h/a.jpg",
        "https://",
        "https:///a",
        "h/a.jpg",
        "https://h/a b",
        "https://h:x/a",
    ],
)
def test_a_file_must_be_at_an_https_address(changed, url):
    assert refusals(changed("file", fileUrl=url)) == {("invalid_format", "fileUrl")}


@pytest.mark.parametrize(
    ("media_type", "name", "limit"),
    [
        ("image/jpeg", "a", 5 * MB),
        ("IMAGE/PNG", "a", 5 * MB),
        ("image/webp", "a", 100 * 1024),
        ("audio/ogg; codecs=opus", "a", 16 * MB),
        ("video/mp4", "a", 16 * MB),
        ("application/pdf", "a", 100 * MB),
        ("image/gif", "a", 100 * MB),
        (REMOVED, "photo.JPG", 5 * MB),
        (REMOVED, "sticker.webp", 100 * 1024),
        (REMOVED, "song.mp3", 16 * MB),
        (REMOVED, "film.mp4", 16 * MB),
        (REMOVED, "paper.pdf", 100 * MB),
    ],
)
def test_a_file_over_the_limit_of_its_media_type_is_refused(changed, media_type, name, limit):
    at_limit = changed(
        "file", fileMimeType=media_type, fileUrl=f"https://files.example.com/{name}?size={limit}"
    )
    above = changed(
        "file", fileMimeType=media_type, fileUrl=f"https://files.example.com/{name}?size={limit + 1}"
    )

    assert refusals(at_limit) == set()
    assert refusals(above) == {("too_large", "fileUrl")}


@pytest.mark.parametrize("media_type", ["jpeg", "image/", "", "image/jpeg evil"])
def test_a_media_type_must_look_like_one(changed, media_type):
    assert refusals(changed("file", fileMimeType=media_type)) == {("invalid_format", "fileMimeType")}
