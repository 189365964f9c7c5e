"""Rules of the four rich contents: file, button, list and location (FACTS.md, sections of those names)."""

from __future__ import annotations

from collections.abc import Iterator

from outbound.sandbox.contract.media import file_url, media_type, simulated_size
from outbound.sandbox.contract.rules import (
    Problem,
    Rule,
    amount,
    array,
    by_type,
    every,
    number,
    record,
    repeated,
    text,
    word,
)

MAX_CAPTION = 1024
MAX_HEADER = 60
MAX_BODY = 1024
MAX_FOOTER = 60

MIN_BUTTONS = 1
MAX_BUTTONS = 3
MAX_BUTTON_ID = 256
MAX_BUTTON_TITLE = 20

MAX_LIST_BUTTON = 20
MIN_SECTIONS = 1
MAX_SECTIONS = 10
MAX_SECTION_TITLE = 24
MIN_ROWS = 1
MAX_ROWS = 10
MAX_ROW_ID = 200
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72

MAX_LATITUDE = 90
MAX_LONGITUDE = 180


def button_id(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with a button's id, which reaches the bot as typed (FACTS.md, "Buttons")."""
    yield from text(MAX_BUTTON_ID)(value, path)
    if isinstance(value, str) and value.strip() and value != value.strip():
        yield Problem("invalid_format", path, "must not begin or end with spaces")


def distinct(name: str) -> Rule:
    """Return the rule of an array whose objects never repeat their attribute `name`."""

    def check(value: object, path: str) -> Iterator[Problem]:
        items = value if isinstance(value, list) else []
        objects = ((index, item) for index, item in enumerate(items) if isinstance(item, dict))
        yield from repeated((item.get(name), f"{path}[{index}].{name}") for index, item in objects)

    return check


def rows_together(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the rows of all sections taken together (FACTS.md, "Lists").

    The limit holds for all sections together. An id stands once, or the bot could not tell two rows apart.
    """
    rows = list(_rows(value, path))
    yield from amount(len(rows), path, 0, MAX_ROWS)
    ids = ((row.get("id"), f"{row_path}.id") for row, row_path in rows if isinstance(row, dict))
    yield from repeated(ids)


def _rows(sections: object, path: str) -> Iterator[tuple[object, str]]:
    for section_index, section in enumerate(sections if isinstance(sections, list) else []):
        rows = section.get("rows") if isinstance(section, dict) else None
        for row_index, row in enumerate(rows if isinstance(rows, list) else []):
            yield row, f"{path}[{section_index}].rows[{row_index}]"


FILE = every(
    record(
        required={"type": word("file"), "fileUrl": file_url},
        optional={"fileMimeType": media_type, "fileName": text(), "fileCaption": text(MAX_CAPTION)},
    ),
    simulated_size,
)

BUTTON_HEADER = by_type(
    {
        "file": every(
            record(
                required={"type": word("file"), "fileUrl": file_url},
                optional={"fileMimeType": media_type, "fileName": text()},
            ),
            simulated_size,
        ),
        "text": record(required={"type": word("text"), "text": text(MAX_HEADER)}, optional={}),
    }
)

REPLY_BUTTON = record(required={"id": button_id, "title": text(MAX_BUTTON_TITLE)}, optional={})

BUTTON = record(
    required={
        "type": word("button"),
        "body": text(MAX_BODY),
        "buttons": every(array(REPLY_BUTTON, MIN_BUTTONS, MAX_BUTTONS), distinct("id"), distinct("title")),
    },
    optional={"header": BUTTON_HEADER, "footer": text(MAX_FOOTER)},
)

ROW = record(
    required={"id": text(MAX_ROW_ID), "title": text(MAX_ROW_TITLE)},
    optional={"description": text(MAX_ROW_DESCRIPTION)},
)

SECTION = record(
    # `rows_together` checks the upper bound, over all sections.
    required={"title": text(MAX_SECTION_TITLE), "rows": array(ROW, MIN_ROWS)},
    optional={},
)

LIST = record(
    required={
        "type": word("list"),
        "body": text(MAX_BODY),
        "button": text(MAX_LIST_BUTTON),
        "sections": every(array(SECTION, MIN_SECTIONS, MAX_SECTIONS), rows_together),
    },
    optional={"header": text(MAX_HEADER), "footer": text(MAX_FOOTER)},
)

LOCATION = record(
    required={
        "type": word("location"),
        "latitude": number(-MAX_LATITUDE, MAX_LATITUDE),
        "longitude": number(-MAX_LONGITUDE, MAX_LONGITUDE),
    },
    optional={"name": text(), "address": text(), "url": text()},
)

CONTENT = by_type({"file": FILE, "button": BUTTON, "list": LIST, "location": LOCATION})
