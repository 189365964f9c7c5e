"""Rules for JSON values: each takes a value and its path, and yields what is wrong with it.

Rules can be combined: `record` and `array` make a rule of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One item of `details` in an error body: its code, the value's path, a sentence."""

    code: str
    path: str
    message: str


Rule = Callable[[object, str], Iterable[Problem]]


def text(longest: int | None = None) -> Rule:
    """Return the rule of a string that is not blank and has at most `longest` code points."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("invalid_type", path, "must be a string")
        elif not value.strip():
            yield Problem("empty", path, "must not be blank; leave an optional attribute out")
        elif longest is not None and len(value) > longest:
            yield Problem("too_long", path, f"must have at most {longest} characters, has {len(value)}")
        elif not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            yield Problem("invalid_format", path, "must be Unicode text without lone surrogates")

    return check


def word(*allowed: str) -> Rule:
    """Return the rule of a string that is one of `allowed`."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem("unsupported", path, f"must be one of: {', '.join(allowed)}")

    return check


def number(low: float, high: float) -> Rule:
    """Return the rule of a JSON number within `low` and `high`; a boolean is not a number."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield Problem("invalid_type", path, "must be a number")
        elif not low <= value <= high:
            yield Problem("out_of_range", path, f"must be between {low} and {high}")

    return check


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    """Return the rule of an object with exactly these attributes; any other attribute is a problem."""
    known = {**required, **optional}

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("invalid_type", path, "must be an object")
            return
        for name in required:
            if name not in value:
                yield Problem("required", attribute(path, name), "is required")
        for name, item in value.items():
            rule = known.get(name)
            if rule is None:
                yield Problem("unknown_attribute", attribute(path, name), "is not a known attribute")
            else:
                yield from rule(item, attribute(path, name))

    return check


def array(item: Rule, least: int, most: int | None = None) -> Rule:
    """Return the rule of an array of `least` to `most` items, each obeying `item`."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("invalid_type", path, "must be an array")
            return
        yield from amount(len(value), path, least, most)
        for index, element in enumerate(value):
            yield from item(element, f"{path}[{index}]")

    return check


def every(*rules: Rule) -> Rule:
    """Return the rule that requires each of `rules`."""

    def check(value: object, path: str) -> Iterator[Problem]:
        for rule in rules:
            yield from rule(value, path)

    return check


def by_type(kinds: Mapping[str, Rule]) -> Rule:
    """Return the rule of an object whose `type` says which of `kinds` it obeys."""
    type_rule = word(*kinds)

    def check(value: object, path: str) -> Iterable[Problem]:
        if not isinstance(value, dict):
            return [Problem("invalid_type", path, "must be an object")]
        if "type" not in value:
            return [Problem("required", attribute(path, "type"), "is required")]
        kind = value["type"]
        # The other attributes of an unknown kind cannot be checked.
        rule = kinds.get(kind) if isinstance(kind, str) else None
        return rule(value, path) if rule else type_rule(kind, attribute(path, "type"))

    return check


def amount(count: int, path: str, least: int, most: int | None) -> Iterator[Problem]:
    """Yield a problem when `count` is outside `least` to `most`."""
    if count < least:
        yield Problem("too_few", path, f"must have at least {least}, has {count}")
    elif most is not None and count > most:
        yield Problem("too_many", path, f"must have at most {most}, has {count}")


def repeated(values: Iterable[tuple[object, str]]) -> Iterator[Problem]:
    """Yield a problem at each (value, path) whose string value was seen before."""
    seen: set[str] = set()
    for value, path in values:
        if isinstance(value, str) and value in seen:
            yield Problem("duplicated", path, "must be unique")
        elif isinstance(value, str):
            seen.add(value)


def attribute(path: str, name: str) -> str:
    """Return the path of attribute `name` of the object at `path`; the body itself has the empty path."""
    return f"{path}.{name}" if path else name
