"""Strict parsing of JSON written by a person: each error names its path.

It is not for webhook events, which are stored as they arrive.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import inf, isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents.bounds import MAX_INTEGER_DIGITS, MAX_JSON_DEPTH, MAX_JSON_LENGTH, MAX_JSON_VALUES
from outbound.contents.errors import Path, Problems, dotted

MAX_SHOWN_KEY = 80
# Valid in JSON, but PostgreSQL does not store them.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TOO_LONG = _("This is longer than any message: at most %(max)s characters.")
_TOO_MANY = _("This holds more than any message: at most %(max)s values.")
_TOO_DEEP = _("This is nested too deeply.")
_REPEATED = _("“%(key)s” stands here twice.")
_BAD = _("This has characters or numbers that cannot be sent. Type them anew.")


class _Object(dict[str, Any]):
    """An object with a repeated key, and the first such key."""

    repeated = ""


def read(text: str, *path: str) -> Any:
    """Return the value of a JSON text.

    Raises ValueError where it is not JSON, and ValidationError with dotted paths below `path` where it may
    not be sent: json_too_long, json_too_many, json_too_deep, key_repeated, field_bad_characters.
    """
    if len(text) > MAX_JSON_LENGTH:
        raise _error(path, _TOO_LONG, "json_too_long", max=MAX_JSON_LENGTH)
    try:
        value = _DECODER.decode(text.strip())
    except RecursionError:
        raise _error(path, _TOO_DEEP, "json_too_deep") from None
    _check(value, path)
    return value


def _check(value: object, path: Path) -> None:
    problems = Problems()
    for count, (place, found) in enumerate(_walk(value, path), start=1):
        if count > MAX_JSON_VALUES:
            raise _error(path, _TOO_MANY, "json_too_many", max=MAX_JSON_VALUES)
        if len(place) - len(path) > MAX_JSON_DEPTH:
            raise _error(path, _TOO_DEEP, "json_too_deep")
        if isinstance(found, _Object):
            key = _UNSTORABLE.sub("?", found.repeated[:MAX_SHOWN_KEY])
            problems.add((*place, key), _REPEATED, "key_repeated", key=key)
        if _is_unstorable(found):
            problems.add(place, _BAD, "field_bad_characters")
    problems.raise_if_any()


def _walk(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """Yield every value with its path, and every unstorable key with the path of its object."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            if _is_unstorable(key):
                yield path, key
            yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*path, index))


def _is_unstorable(value: object) -> bool:
    if isinstance(value, str):
        return bool(_UNSTORABLE.search(value))
    return isinstance(value, float) and not isfinite(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    marked, counts = _Object(value), Counter(key for key, _value in pairs)
    marked.repeated = next(key for key, count in counts.items() if count > 1)
    return marked


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= MAX_INTEGER_DIGITS else inf


def _error(path: Path, message: Any, code: str, **params: int) -> ValidationError:
    return ValidationError({dotted(path): [ValidationError(message, code=code, params=params)]})


# NaN and Infinity are parsed, so that they are reported with their path, as 1e400 is.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)
