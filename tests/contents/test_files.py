"""The file content at its limits."""

from __future__ import annotations

from typing import Any

import pytest

from outbound.contents import clean_content
from outbound.contents.files import KB, MB, FileContent, kind_of_file

URL = "https://files.example.com/a.bin"


def a_file(**values: Any) -> dict[str, Any]:
    return {"type": "file", "fileUrl": URL} | values


def warnings(**values: Any) -> list[str | None]:
    return [warning.code for warning in clean_content(a_file(**values)).warnings()]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"fileCaption": "x" * 1024},
        {"fileCaption": "😀" * 1024},
        {"fileName": "x" * 240},
        {"fileMimeType": "a/" + "b" * 98},
        {"fileMimeType": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"fileMimeType": "audio/ogg; codecs=opus"},
        {"fileMimeType": "IMAGE/JPEG"},
    ],
)
def test_file_within_the_limits_is_valid(problems: Any, values: dict[str, Any]) -> None:
    assert problems(a_file(**values)) == {}


@pytest.mark.parametrize(
    ("values", "path", "code"),
    [
        ({"fileUrl": ""}, "fileUrl", "file_url_required"),
        ({"fileUrl": None}, "fileUrl", "file_url_required"),
        ({"fileUrl": 7}, "fileUrl", "text_required"),
        ({"fileCaption": "x" * 1025}, "fileCaption", "file_caption_too_long"),
        ({"fileCaption": "\u200b"}, "fileCaption", "field_blank"),
        ({"fileName": "x" * 241}, "fileName", "file_name_too_long"),
        ({"fileName": "a\x00b"}, "fileName", "field_bad_characters"),
        ({"fileMimeType": "a/" + "b" * 99}, "fileMimeType", "file_mime_type_too_long"),
        ({"fileMimeType": "jpeg"}, "fileMimeType", "file_mime_type_invalid"),
        ({"fileMimeType": "; charset=utf-8"}, "fileMimeType", "file_mime_type_invalid"),
        ({"fileMimeType": "image/gif"}, "fileMimeType", "file_type_not_allowed"),
        ({"fileMimeType": "image/svg+xml"}, "fileMimeType", "file_type_not_allowed"),
        ({"fileMimeType": "audio/wav"}, "fileMimeType", "file_type_not_allowed"),
        ({"fileMimeType": "video/quicktime"}, "fileMimeType", "file_type_not_allowed"),
        ({"caption": "x"}, "caption", "attribute_unknown"),
    ],
)
def test_fault_is_reported_at_its_path(problems: Any, values: dict[str, Any], path: str, code: str) -> None:
    assert problems(a_file(**values)) == {path: [code]}


@pytest.mark.parametrize(
    ("media_type", "limit"),
    [
        ("image/jpeg", 5 * MB),
        ("image/png", 5 * MB),
        ("image/webp", 100 * KB),
        ("audio/mpeg", 16 * MB),
        ("video/mp4", 16 * MB),
        ("video/3gpp", 16 * MB),
        ("application/pdf", 100 * MB),
        ("", 100 * MB),
    ],
)
def test_file_of_exactly_the_limit_is_valid(problems: Any, media_type: str, limit: int) -> None:
    assert problems(a_file(fileMimeType=media_type, fileSize=limit)) == {}
    assert problems(a_file(fileMimeType=media_type, fileSize=limit + 1)) == {"fileSize": ["file_too_large"]}


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        (0, 0),
        ("850 KB", 850 * KB),
        ("6,5 mb", 6.5 * MB),
        ("6.5MB", 6.5 * MB),
        ("1024", 1024),
        ("12 B", 12),
    ],
)
def test_size_is_parsed_as_people_write_it(typed: Any, size: float) -> None:
    assert clean_content(a_file(fileSize=typed)).value["fileSize"] == size


@pytest.mark.parametrize(
    "typed",
    [
        *("big", "-1", "1e3", "6 5 MB", True, [1], {"MB": 1}),
        pytest.param("9" * 400, id="endless text"),
        pytest.param(10**5000, id="endless number"),
    ],
)
def test_unreadable_size_is_refused(problems: Any, typed: Any) -> None:
    assert problems(a_file(fileSize=typed)) == {"fileSize": ["size_invalid"]}


def test_size_is_not_sent() -> None:
    assert clean_content(a_file(fileSize="2 MB")).for_wire() == {"type": "file", "fileUrl": URL}


def test_empty_optional_values_are_left_out() -> None:
    content = clean_content(a_file(fileMimeType="", fileCaption=None, fileName="", fileSize=""))

    assert content.for_wire() == {"type": "file", "fileUrl": URL}


def test_example_of_the_endpoints_page_is_only_warned_about() -> None:
    assert warnings(fileMimeType="video/mp4", fileName="example.png") == ["file_name_type_mismatch"]


@pytest.mark.parametrize(
    "values",
    [
        {"fileMimeType": "image/png", "fileName": "example.png"},
        {"fileMimeType": "video/mp4"},
        {"fileName": "example.png"},
        {"fileMimeType": "video/mp4", "fileName": "example"},
        {"fileSize": FileContent.LARGE_UPLOAD},
    ],
)
def test_matching_types_are_not_warned_about(values: dict[str, Any]) -> None:
    assert warnings(**values) == []


def test_file_above_64_mb_is_warned_about() -> None:
    assert warnings(fileSize=FileContent.LARGE_UPLOAD + 1) == ["file_large_upload"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"fileMimeType": "image/webp"}, "sticker"),
        ({"fileMimeType": "audio/ogg; codecs=opus"}, "audio"),
        ({"fileMimeType": "application/pdf", "fileName": "a.png"}, "document"),
        ({"fileName": "a.png"}, "image"),
        ({"fileUrl": "https://example.com/a.mp4?x=1.png"}, "video"),
        ({"fileMimeType": 5, "fileName": []}, "document"),
        ({}, "document"),
    ],
)
def test_kind_is_that_of_the_media_type_or_else_of_the_name(content: dict[str, Any], kind: str) -> None:
    assert kind_of_file(content) == kind
