"""Imports go down the floors only and form no circle, read from the source."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = (
    {"phones", "lifecycle", "failpoints", "contents"},
    {"db", "gateways", "models", "roles"},
    {"webhooks", "search", "reports", "audit"},
    {"sending", "tracking", "tasks", "brokers"},
    {"admin", "management", "templatetags"},
    {"checks", "apps"},
)
# A word of a name: of `ZenviaClient`, `DEFAULT_WEBHOOK_RANGES`, `named_by_zenvia` or a dotted path.
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
STRANGERS = {"gateways", "models"}
# A library, and the only places that may know it.
KEPT_IN = {
    "requests": ("outbound/gateways/",),
    "urllib3": ("outbound/gateways/",),
    "django_q": ("outbound/tasks.py", "outbound/brokers/"),
    "redis": ("outbound/brokers/",),
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


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    return relative(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


MODULES = {module(path): path for path in SOURCES}


def imported_modules(path: Path) -> set[str]:
    """Return the modules of ours that a file imports, itself left out."""
    found = {name if name in MODULES else name.rpartition(".")[0] for name in imports(path)}
    return found & MODULES.keys() - {module(path)}


def room(name: str) -> str:
    """Return the folder that a module lies in; a loose file of `outbound` is a room of its own."""
    folder = relative(MODULES[name].parent)
    return relative(MODULES[name]) if folder in ("outbound", "console") else folder


def floor_of(name: str) -> int:
    top = name.split(".")[1]
    return next(number for number, rooms in enumerate(FLOORS) if top in rooms)


def is_part_of(dotted: str, package: str) -> bool:
    return f"{dotted}.".startswith(f"{package}.")


def circle(arrows: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names along a circle, none where there is no circle."""
    graph = defaultdict(set)
    for start, end in arrows:
        graph[start].add(end)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


# The composition root may import anything, and the sandbox stands beside the house.
HOUSE = [
    path
    for path in SOURCES
    if is_part_of(module(path), "outbound")
    and module(path) != "outbound"
    and not is_part_of(module(path), "outbound.sandbox")
]
ARROWS = [(module(path), name) for path in SOURCES for name in imported_modules(path)]


def test_every_room_has_a_floor() -> None:
    assert {module(path).split(".")[1] for path in HOUSE} == set().union(*FLOORS)


@pytest.mark.parametrize("path", HOUSE, ids=relative)
def test_file_imports_from_its_own_floor_or_below(path: Path) -> None:
    own = module(path)
    others = {name for name in imported_modules(path) if not is_part_of(name, "outbound.sandbox")}

    assert [name for name in others if floor_of(name) > floor_of(own)] == []
    rooms = {name.split(".")[1] for name in others} - {own.split(".")[1]}
    assert own.split(".")[1] not in STRANGERS or not rooms & STRANGERS


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circle(ARROWS) == []


def test_no_rooms_import_each_other_in_a_circle() -> None:
    arrows = {(room(start), room(end)) for start, end in ARROWS}

    assert circle((start, end) for start, end in arrows if start != end) == []


def test_only_the_gateways_name_a_provider() -> None:
    folder = ROOT / "outbound" / "gateways"
    providers = {entry.name for entry in folder.iterdir() if entry.is_dir()} - {"base", "__pycache__"}
    outside = [path for path in SOURCES if not relative(path).startswith("outbound/gateways/")]

    named = {relative(path): words(path) & providers for path in outside}
    assert providers
    assert {name: found for name, found in named.items() if found} == {}


def words(path: Path) -> set[str]:
    """Return the words of all names and imports in a file, in lower case; texts and comments left out."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [getattr(node, kind, None) for node in nodes for kind in ("id", "attr", "name", "arg")]
    names += imports(path)
    return {word.lower() for name in names if isinstance(name, str) for word in WORD.findall(name)}


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_library_is_imported_only_where_it_belongs(path: Path) -> None:
    known = {
        package
        for name in imports(path)
        for package, places in KEPT_IN.items()
        if is_part_of(name, package) and not relative(path).startswith(places)
    }

    assert known == set()


def test_sandbox_imports_nothing_else_of_outbound() -> None:
    sandbox = [path for path in SOURCES if is_part_of(module(path), "outbound.sandbox")]
    names = {name for path in sandbox for name in imports(path)}

    assert sandbox
    assert {name for name in names if is_part_of(name, "outbound")} == {
        name for name in names if is_part_of(name, "outbound.sandbox")
    }
