"""The README names the folders and settings that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
LAYOUT = README.split("## How the house is laid out")[1].split("```")[1]
IGNORED = {"__init__.py", "__pycache__"}


def named(indent: str) -> set[str]:
    """The names that stand at one depth of the layout: what comes before two spaces and an explanation."""
    lines = [line for line in LAYOUT.splitlines() if re.match(rf"{indent}\S", line)]
    return {name.rstrip("/") for line in lines for name in re.split(r"\s{2,}", line.strip())[0].split()}


def test_layout_names_every_room_of_outbound_and_no_other() -> None:
    there = {entry.name for entry in (ROOT / "outbound").iterdir()} - IGNORED

    assert named("  ") == there


def test_layout_names_every_folder_of_the_project() -> None:
    there = {
        entry.name
        for entry in ROOT.iterdir()
        if entry.is_dir() and not entry.name.startswith(".") and entry.name != "var"
    }

    assert named("") == there


def test_table_names_every_setting_and_no_other() -> None:
    asked = set(
        re.findall(r"^    ([A-Z_]+)=\(", (ROOT / "console" / "settings.py").read_text(), re.MULTILINE)
    )

    told = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))

    assert told == asked


def test_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)

    assert len(pictures) == 2
    assert all((ROOT / picture).is_file() for picture in pictures)
