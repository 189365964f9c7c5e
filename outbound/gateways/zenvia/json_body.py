"""Reads values out of a webhook's JSON, which may be of any shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from outbound.gateways.base import Unreadable

# A larger number counts milliseconds: in seconds it would be after the year 5138.
MILLISECONDS_FROM = 100_000_000_000
# A time outside these years cannot be right, and some do not fit a database column.
YEARS = range(2000, 2100)


def loads(body: bytes) -> Any:
    """Return the JSON value in `body`. Raises Unreadable for anything but one JSON text in UTF-8."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError:
        raise Unreadable("not JSON") from None


def at(value: Any, *path: str) -> Any:
    """Return the value under a path of keys, or None. Of an array on the way, the first item is taken."""
    for key in path:
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, longest: int) -> str:
    """Return a string or an integer as text that any database can store; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    found = str(value).strip()
    if not found.isascii():
        found = found.encode("utf-8", "replace").decode()  # a lone surrogate is no text
    return found.replace("\x00", "")[:longest]


def first(longest: int, *values: Any) -> str:
    """Return the first of `values` that is not empty, as `text` does."""
    return next(filter(None, (text(value, longest) for value in values)), "")


def moment(value: Any) -> datetime | None:
    """Return a time in any known spelling, or None.

    Known are ISO 8601 with or without a zone (then UTC), `2024-03-29 07:55:58 pm`, and seconds or
    milliseconds since 1970.
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
