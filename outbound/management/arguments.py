"""Parses the values of a command line and of the files that it names; errors carry their path."""

from __future__ import annotations

import codecs
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils.translation import gettext as _

from outbound.contents import strict_json
from outbound.sending.planning.audience import typed_numbers

STANDARD_INPUT = "-"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def error(path: str, message: str, code: str) -> ValidationError:
    return ValidationError({path: [ValidationError(message, code=code)]})


def without_surrogates(argument: str) -> str:
    # Invalid bytes come from the shell as lone surrogates, which PostgreSQL does not accept.
    return argument.encode("utf-8", "replace").decode()


def numbers(typed: list[str], sources: list[str], content: str | None) -> str:
    """Return the typed numbers and those of each file as one text.

    Raises ValidationError where one of them has no number, such as an unset variable or an empty file.
    """
    if [*sources, content].count(STANDARD_INPUT) > 1:
        message = _("Standard input can be read once: for the content or for the numbers.")
        raise error("numbers", message, "numbers_unread")
    if not all(map(typed_numbers, typed)):
        raise error("recipients", _("“--to” was given without a number."), "destination_required")
    return "\n".join([*typed, *map(_numbers_in, sources)])


def _numbers_in(source: str) -> str:
    try:
        text = _text(source)
    except (OSError, ValueError) as why:
        message = _("This file cannot be read: %(why)s") % {"why": why}
        raise error("numbers", message, "numbers_unread") from None
    if not typed_numbers(text):
        message = _("There is no number in “%(file)s”.") % {"file": without_surrogates(source)}
        raise error("recipients", message, "destination_required")
    return text


def moment(path: str, written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        read = datetime.fromisoformat(written)
        # A day alone would mean midnight, which nobody intends.
        if len(written) > len("2026-11-30"):
            return (read if read.tzinfo else from_current_timezone(read)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    except ValidationError as why:  # a clock change skips or repeats it
        raise error(path, why.messages[0], "moment_invalid") from None
    message = _("Write “%(moment)s” as a day and an hour, like 2026-11-30T09:00.") % {"moment": written[:80]}
    raise error(path, message, "moment_invalid")


def content(source: str | None) -> Any:
    """Return the content in a file, which may be a whole request body with one content."""
    if source is None:
        return None
    try:
        found = strict_json.read(_text(source), "content")
    except (OSError, ValueError) as why:
        message = _("This cannot be read as JSON: %(why)s") % {"why": why}
        raise error("content", message, "content_invalid") from None
    # The examples of the endpoint's page are whole request bodies (FACTS.md, "Request").
    inside = found.get("contents") if isinstance(found, dict) else None
    if not isinstance(inside, list) or len(inside) != 1:
        return found
    if unread := sorted(found.keys() - {"contents", "destination"}):
        message = _("This is not read from the file; use the command's own option.")
        raise error(f"content.{unread[0]}", message, "content_unread")
    return inside[0]


def pairs(name: str, written: list[str]) -> dict[str, str]:
    broken = [pair for pair in written if "=" not in pair]
    if broken:
        message = _("Write “%(pair)s” as name=value.") % {"pair": broken[0][:80]}
        raise error(name, message, f"{name}_invalid")
    split = dict(pair.split("=", 1) for pair in written)
    if len(split) < len(written):
        raise error(name, _("One name has two values."), f"{name}_repeated")
    return split


def _text(source: str) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a byte order mark, as Excel writes it."""
    if source == STANDARD_INPUT:
        return sys.stdin.read().removeprefix("\ufeff")
    raw = Path(source).read_bytes()
    try:
        return raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(_("it is not text in UTF-8.")) from None
