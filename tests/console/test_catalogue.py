"""The Portuguese catalogue is complete, current and compiled."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.console.po_files import Entry, placeholders, read_mo, read_po

ROOT = Path(settings.BASE_DIR)
CATALOGUE = Path("console") / "locale" / "pt_BR" / "LC_MESSAGES"
TRANSLATES = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}
EQUAL_IN_BOTH_LANGUAGES = {
    "%(hour)sh",
    "%(ms)d ms",
    "Status",
    "Webhook",
    "Bot",
    "Latitude",
    "Longitude",
    "Marketing",
    "Token",
    "WhatsApp",
    "slug",
    "token",
}

needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None,
    reason="xgettext is missing (apt-get install gettext): whether django.po is up to date was NOT checked",
)


def catalogue() -> list[Entry]:
    """Every entry but the header."""
    return [entry for entry in read_po(ROOT / CATALOGUE / "django.po") if entry.msgid]


@pytest.fixture(scope="module")
def in_the_source(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """What makemessages finds, run on a copy that has no catalogue yet."""
    copy = tmp_path_factory.mktemp("source")
    for folder in ("console", "outbound", "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", copy)
    (copy / CATALOGUE / "django.po").unlink()
    # What `make messages` runs; the pytest process's own settings are not part of the copy.
    command = ["manage.py", "makemessages", "--locale", "pt_BR", "--ignore", "console/skin/locale/*"]
    settings_of_the_copy = {"DJANGO_SETTINGS_MODULE": "console.settings", "DATA_DIR": str(copy / "data")}

    subprocess.run(
        [sys.executable, *command], cwd=copy, env=os.environ | settings_of_the_copy, check=True, timeout=120
    )

    return {entry.name for entry in read_po(copy / CATALOGUE / "django.po") if entry.msgid}


def test_every_entry_is_translated() -> None:
    untranslated = [entry.msgid for entry in catalogue() if not all(entry.texts)]

    assert catalogue()
    assert untranslated == []


def test_every_plural_has_the_forms_of_the_header() -> None:
    incomplete = [entry.msgid for entry in catalogue() if len(entry.texts) != (2 if entry.plural else 1)]

    assert incomplete == []


def test_no_translation_is_fuzzy() -> None:
    guessed = [entry.msgid for entry in read_po(ROOT / CATALOGUE / "django.po") if "fuzzy" in entry.flags]

    assert guessed == []


def test_catalogue_has_no_obsolete_entries() -> None:
    obsolete = [entry.msgid for entry in catalogue() if entry.is_obsolete]

    assert obsolete == []


def test_no_entry_is_left_in_english() -> None:
    in_english = {entry.msgid for entry in catalogue() if {entry.msgid, entry.plural} & set(entry.texts)}

    assert in_english == EQUAL_IN_BOTH_LANGUAGES


def test_every_translation_keeps_the_placeholders_of_its_msgid() -> None:
    broken = [
        text
        for entry in catalogue()
        for form, text in enumerate(entry.texts)
        if placeholders(text) != placeholders(entry.plural if form else entry.msgid)
    ]

    assert broken == []


def test_compiled_catalogue_is_current() -> None:
    written: dict[str | tuple[str, int], str] = {}
    for entry in catalogue():
        written |= entry.compiled()

    compiled = {key: text for key, text in read_mo(ROOT / CATALOGUE / "django.mo").items() if key}

    assert compiled == written


@needs_gettext
def test_catalogue_has_every_text_of_the_source(in_the_source: set[tuple[str, str, str]]) -> None:
    known = {entry.name for entry in catalogue()}

    missing = sorted(in_the_source - known)

    assert missing == []


@needs_gettext
def test_catalogue_has_no_text_that_left_the_source(
    in_the_source: set[tuple[str, str, str]],
) -> None:
    known = {entry.name for entry in catalogue()}

    left_over = sorted(known - in_the_source)

    assert left_over == []


def test_no_translated_text_is_an_f_string() -> None:
    """There gettext finds none."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in ("console", "outbound")
        for path in (ROOT / folder).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in TRANSLATES
    ]

    assert hidden == []
