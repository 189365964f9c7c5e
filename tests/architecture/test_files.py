"""Files are short, named after what they hold, and contain nothing forbidden."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parents[2]
MAX_LINES = 250
MAX_FILES = 12
MAX_LOOSE_FILES = 8
FILES = sorted(
    path
    for folder in ("outbound", "console", "templates", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".js", ".css", ".html") and "migrations" not in path.parts
)
PRODUCT = [path for path in FILES if path.suffix == ".py" and "tests" not in path.parts]
TEMPLATES = [path for path in FILES if path.suffix == ".html"]
HOMELESS = {"utils", "util", "helpers", "common", "services", "selectors", "constants", "misc"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def names(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.id for node in tree if isinstance(node, ast.Name)}


def test_no_file_has_more_than_250_lines() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}

    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_no_module_has_a_catch_all_name() -> None:
    modules = [path for path in FILES if path.suffix == ".py"]

    assert [relative(path) for path in modules if {path.stem, path.parent.name} & HOMELESS] == []


def test_every_source_file_postpones_its_annotations() -> None:
    late = []
    for path in FILES:
        text = path.read_text(encoding="utf-8") if path.suffix == ".py" else ""
        says_more_than_its_docstring = len(ast.parse(text).body) > 1
        if says_more_than_its_docstring and "from __future__ import annotations" not in text:
            late.append(relative(path))

    assert late == []


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_escapes_everything_and_has_no_inline_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"\|\s*safe\b|\bautoescape off\b|mark_safe|\bstyle=|<style\b|\bon\w+=\"", text) == []


def test_nothing_is_marked_safe_or_printed() -> None:
    found = {relative(path): names(path) & {"mark_safe", "SafeString", "print"} for path in PRODUCT}

    assert {name: bad for name, bad in found.items() if bad} == {}


def test_migrations_have_one_leaf() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)

    assert len(loader.graph.leaf_nodes("outbound")) == 1
    assert loader.detect_conflicts() == {}


@pytest.mark.django_db
def test_models_have_no_missing_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def rooms(folder: str) -> dict[str, int]:
    """Return how many modules lie in each folder, without its `__init__.py`."""
    modules = [path for path in FILES if path.suffix == ".py" and path.name != "__init__.py"]
    return Counter(relative(path.parent) for path in modules if relative(path).startswith(folder))


@pytest.mark.parametrize("folder", ["outbound", "console", "tests"])
def test_no_room_has_more_than_twelve_files(folder: str) -> None:
    assert {name: count for name, count in rooms(folder).items() if count > MAX_FILES} == {}


def test_few_files_lie_loose_in_outbound() -> None:
    assert rooms("outbound")["outbound"] <= MAX_LOOSE_FILES
