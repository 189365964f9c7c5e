"""Imports go down the floors only (design/architecture.md), read from the source and not from a run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = (
    {"phones", "lifecycle", "contents", "values", "failpoints", "stopwords", "bounds"},
    {"gateways", "models"},
    {
        "addresses",
        "audience",
        "searching",
        "ranges",
        "failures",
        "reports",
        "sheets",
        "summaries",
        "tallies",
        "sending",
        "tracking",
        "heartbeat",
        "roles",
        "audit",
        "statements",
        "turns",
        "windows",
    },
    {"tasks", "wakeups", "demo"},
    {"compose", "admin", "management", "templatetags", "webhooks"},
    {"checks", "apps"},
)
STRANGERS = {"gateways", "models"}
# A library, and the only places that may know it.
KEPT_IN = {
    "requests": ("outbound/gateways/",),
    "urllib3": ("outbound/gateways/",),
    "django_q": ("outbound/tasks.py", "outbound/wakeups/"),
    "redis": ("outbound/wakeups/",),
    "phonenumbers": ("outbound/phones.py",),
    "django.contrib.admin": ("outbound/admin/", "console/"),
    "unfold": ("outbound/admin/", "console/"),
    "outbound.sandbox": ("outbound/sandbox/", "outbound/management/commands/sandbox.py"),
    "console": ("console/",),
    "tests": (),
}
SOURCES = sorted(
    path
    for folder in ("outbound", "console")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, functions' own imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(dotted: str) -> str | None:
    package, _dot, rest = dotted.partition(".")
    return rest.partition(".")[0] if package == "outbound" else None


def room_of_file(path: Path) -> str | None:
    return room_of(relative(path).removesuffix(".py").replace("/", "."))


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_part_of(dotted: str, package: str) -> bool:
    return f"{dotted}.".startswith(f"{package}.")


# The composition root may import anything, and the sandbox stands beside the house.
HOUSE = [path for path in SOURCES if room_of_file(path) not in (None, "__init__", "sandbox")]


def test_every_room_has_its_floor() -> None:
    assert {room_of_file(path) for path in HOUSE} == set().union(*FLOORS)


@pytest.mark.parametrize("path", HOUSE, ids=relative)
def test_a_file_imports_from_its_own_floor_or_below(path: Path) -> None:
    own = room_of_file(path) or ""
    rooms = {room for name in imports(path) if (room := room_of(name)) and room not in (own, "sandbox")}

    assert [room for room in rooms if floor_of(room) > floor_of(own)] == []
    assert own not in STRANGERS or not rooms & STRANGERS


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_library_is_known_where_it_belongs_alone(path: Path) -> None:
    known = {
        package
        for name in imports(path)
        for package, places in KEPT_IN.items()
        if is_part_of(name, package) and not relative(path).startswith(places)
    }

    assert known == set()


def test_the_sandbox_knows_nothing_of_the_house() -> None:
    sandbox = [path for path in SOURCES if room_of_file(path) == "sandbox"]
    names = {name for path in sandbox for name in imports(path)}

    assert sandbox
    assert {name for name in names if is_part_of(name, "outbound")} == {
        name for name in names if is_part_of(name, "outbound.sandbox")
    }
