"""The values of a template's fields: validating them, and filling in what is known of a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from outbound.contents.errors import Problems
from outbound.contents.texts import clean_text, is_blank

# The limit of the whole text after filling (FACTS.md, "Templates").
MAX_VALUE_LENGTH = 1024

# A reference to the name or an attribute of the person.
REFERENCE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}")

# By field: text, name, text, name, …, text.
SplitValues = Mapping[str, list[str]]


class ValueMissing(Exception):
    """A person lacks what a value refers to. `key` is the name of the attribute."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def clean_values(raw: object, keys: Collection[str], required: Collection[str]) -> dict[str, str]:
    """Return the values without the empty ones.

    `keys` are the template's fields, `required` those that may not be empty. Raises ValidationError with
    paths `<key>` and codes field_missing, field_unknown, field_blank, field_too_long,
    field_bad_characters, field_placeholder_left.
    """
    problems = Problems()
    values = raw if isinstance(raw, dict) else {}
    for key in values.keys() - set(keys):
        problems.add((str(key),), _("The template has no such field."), "field_unknown")
    cleaned = {key: _clean_value(key, values.get(key), key in required, problems) for key in keys}
    problems.raise_if_any()
    return {key: value for key, value in cleaned.items() if value}


def split(values: Mapping[str, str]) -> SplitValues:
    """Return `values` split once into text, name, text, name, …, text, to be filled for many people."""
    return {key: REFERENCE.split(text) for key, text in values.items()}


def fill(values: SplitValues, known: Mapping[str, str]) -> dict[str, str]:
    """Return `values` with what is known of a person in place of each reference.

    Raises ValueMissing where the person has no such attribute, or a blank one.
    """
    return {key: _joined(parts, known) for key, parts in values.items()}


def references(values: Mapping[str, str]) -> set[str]:
    """Return the names that `values` refer to."""
    return {name for text in values.values() for name in REFERENCE.findall(text)}


def _joined(parts: list[str], known: Mapping[str, str]) -> str:
    if len(parts) == 1:
        return parts[0]
    filled = parts.copy()
    for place in range(1, len(parts), 2):
        filled[place] = _known(parts[place], known)
    return "".join(filled)


def _known(key: str, known: Mapping[str, str]) -> str:
    value = known.get(key, "")
    # Quick for the usual value, which begins with a letter or digit.
    if not value[:1].isalnum() and is_blank(value):
        raise ValueMissing(key)
    return value


def _clean_value(key: str, raw: object, required: bool, problems: Problems) -> str:
    if raw is None or raw == "":
        if required:
            problems.add((key,), _("Fill this in."), "field_missing")
        return ""
    text = clean_text(raw, (key,), problems)
    if text is None:
        return ""
    if is_blank(text):
        problems.add((key,), _("Fill this in; blank characters alone are not enough."), "field_blank")
    elif len(text) > MAX_VALUE_LENGTH:
        problems.add(
            (key,),
            _("At most %(max)s characters; this has %(length)s."),
            "field_too_long",
            max=MAX_VALUE_LENGTH,
            length=len(text),
        )
    elif "{{" in REFERENCE.sub("", text):
        problems.add(
            (key,),
            _("Something in double braces is left. Write the value, or {{name}} for the person's name."),
            "field_placeholder_left",
        )
    return text
