"""Strict JSON of a webhook, and the way to a value in it: whoever posts may post anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from outbound.gateways.base import Unreadable

# A number above it counts milliseconds: as seconds it would be the year 5138.
MILLISECONDS_FROM = 100_000_000_000
# A moment out of these years is no moment of a message, and some do not fit a database.
YEARS = range(2000, 2100)


def loads(body: bytes) -> Any:
    """Return the value that `body` is. Raises Unreadable for anything but one JSON text in UTF-8."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError:
        raise Unreadable("not JSON") from None


def at(value: Any, *path: str) -> Any:
    """Follow keys into objects; None where the way ends. Of an array the first item is taken."""
    for key in path:
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, longest: int) -> str:
    """Return a string or a whole number as text that every database takes; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    told = str(value).strip()
    if not told.isascii():
        told = told.encode("utf-8", "replace").decode()  # a lone surrogate is no text
    return told.replace("\x00", "")[:longest]


def first(longest: int, *values: Any) -> str:
    """Return the first of `values` that says something, as `text` does."""
    return next(filter(None, (text(value, longest) for value in values)), "")


def moment(value: Any) -> datetime | None:
    """Return a moment in any of the spellings that were seen; None where it is none.

    ISO 8601 with or without zone (then UTC), `2024-03-29 07:55:58 pm`, and seconds or milliseconds since
    1970.
    """
    try:
        read = _read_moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read and read.year in YEARS else None


def _read_moment(value: Any) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS_FROM else value, UTC)
    return _read_written(value.strip()) if isinstance(value, str) else None


def _read_written(written: str) -> datetime:
    if written[-2:].lower() in ("am", "pm"):
        read = datetime.strptime(written.upper(), "%Y-%m-%d %I:%M:%S %p")  # noqa: DTZ007 - below
    else:
        read = datetime.fromisoformat(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
