"""The root of the request body: its attributes and their combinations (FACTS.md, "Request")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outbound.sandbox.contract.contents import CONTENT
from outbound.sandbox.contract.rules import Problem, array, attribute, every, record, text

MIN_DESTINATION = 10
MAX_DESTINATION = 15
BRAZIL = "55"
BRAZILIAN_LENGTHS = (10, 11, 12, 13)

MAX_EXTERNAL_ID = 64
EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]+")

CONTENTS_PER_MESSAGE = 1


def destination(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the recipient's number: digits, with or without 55."""
    if not isinstance(value, str):
        yield Problem("invalid_type", path, "must be a string")
    elif not (value.isascii() and value.isdigit()) or value.startswith("0"):
        yield Problem("invalid_format", path, "must be digits only, without a leading zero")
    elif not MIN_DESTINATION <= len(value) <= MAX_DESTINATION:
        yield Problem("invalid_format", path, f"must have {MIN_DESTINATION} to {MAX_DESTINATION} digits")
    elif value.startswith(BRAZIL) and len(value) not in BRAZILIAN_LENGTHS:
        yield Problem("invalid_format", path, "must have 10 or 11 digits after the country code 55")


def external_id(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the sender's own id: short and safe in a URL (FACTS.md, "Request")."""
    yield from text(MAX_EXTERNAL_ID)(value, path)
    if isinstance(value, str) and value.strip() and not EXTERNAL_ID.fullmatch(value):
        yield Problem("invalid_format", path, "must be letters, digits, hyphens and underscores")


def fields(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the template's values: "um objeto com chaves e valores"."""
    if not isinstance(value, dict):
        yield Problem("invalid_type", path, "must be an object")
        return
    for name, item in value.items():
        if not name.strip():
            yield Problem("empty", attribute(path, name), "a field must have a name")
        yield from field_value(item, attribute(path, name))


def field_value(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with one template value: string, number or boolean (FACTS.md, "Request")."""
    if isinstance(value, str):
        yield from text()(value, path)
    elif not isinstance(value, bool | int | float):
        yield Problem("invalid_type", path, "must be a string, a number or a boolean")


def context(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the bot's context variables: any object will do."""
    if not isinstance(value, dict):
        yield Problem("invalid_type", path, "must be an object")


def restart_contact(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the switch that clears the context: it is `false | true`."""
    if not isinstance(value, bool):
        yield Problem("invalid_type", path, "must be true or false")


def inactivity_minutes(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the idle minutes asked for: a whole number, from zero up."""
    if isinstance(value, bool) or not isinstance(value, int):
        yield Problem("invalid_type", path, "must be an integer")
    elif value < 0:
        yield Problem("out_of_range", path, "must not be negative")


def template_or_contents(value: object, path: str) -> Iterator[Problem]:
    """Yield a problem unless the body has exactly one of a template and contents.

    `fields` are "os campos disponíveis para serem usados no template", so they need one.
    """
    if not isinstance(value, dict):
        return
    if "templateId" not in value and "contents" not in value:
        yield Problem("required", attribute(path, "templateId"), "templateId or contents is required")
    if "templateId" in value and "contents" in value:
        yield Problem("conflict", attribute(path, "contents"), "cannot be sent together with templateId")
    if "fields" in value and "templateId" not in value:
        yield Problem("conflict", attribute(path, "fields"), "cannot be sent without templateId")


BODY = every(
    record(
        required={"destination": destination},
        optional={
            "templateId": text(),
            "contents": array(CONTENT, CONTENTS_PER_MESSAGE, CONTENTS_PER_MESSAGE),
            "fields": fields,
            "context": context,
            "externalId": external_id,
            "restartContact": restart_contact,
            "inactivityTime": inactivity_minutes,
        },
    ),
    template_or_contents,
)
