"""The skin and the libraries are in Portuguese, through the catalogue in console/skin."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from tests.console.po_files import msgid_of, placeholders, read_mo

CATALOGUE = Path(settings.BASE_DIR) / "console" / "skin" / "locale" / "pt_BR" / "LC_MESSAGES"
CALL = re.compile(r"(?<!\w)(?:_|n?p?gettext)\(")
EQUAL_IN_BOTH_LANGUAGES = {"Link", "%(class_name)s %(instance)s", "%(full_result_count)s total"}


class Message(NamedTuple):
    """One translatable string as the package writes it."""

    context: str
    singular: str
    plural: str

    def in_portuguese(self) -> set[str]:
        """Every form a Brazilian may read: one of it, and two of it."""
        if self.plural:
            return {
                translation.npgettext(self.context, self.singular, self.plural, count)
                if self.context
                else translation.ngettext(self.singular, self.plural, count)
                for count in (1, 2)
            }
        if self.context:
            return {translation.pgettext(self.context, self.singular)}
        return {translation.gettext(self.singular)}

    def is_left_in_english(self) -> bool:
        return bool({self.singular, self.plural} & self.in_portuguese())


# -- Reading the strings out of an installed package --------------------------------------------------


def messages_of(package: str) -> set[Message]:
    root = Path(next(iter(import_module(package).__path__)))
    from_python = {message for path in root.rglob("*.py") for message in messages_in_python(path.read_text())}
    from_templates = {
        message for path in root.rglob("*.html") for message in messages_in_template(path.read_text())
    }
    return from_python | from_templates


def messages_in_template(source: str) -> Iterator[Message]:
    """Django's own reader turns a template into gettext calls; each is then read as Python."""
    calls = templatize(source)
    for start in CALL.finditer(calls):
        yield from messages_in_python(first_call(calls[start.start() :]))


def first_call(source: str) -> str:
    """The call `source` opens with: up to the first closing bracket that makes it whole."""
    for end in re.finditer(r"\)", source):
        call = source[: end.end()]
        if is_python(call):
            return call
    raise ValueError(f"no whole call in {source[:80]!r}")


def is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def messages_in_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (message := message_of_call(node)):
            yield message


def message_of_call(call: ast.Call) -> Message | None:
    name = getattr(call.func, "id", getattr(call.func, "attr", "")).removesuffix("_lazy")
    texts = [
        argument.value
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    match name, texts:
        case "_" | "gettext", [singular, *_]:
            return Message("", singular, "")
        case "ngettext", [singular, plural, *_]:
            return Message("", singular, plural)
        case "pgettext", [context, singular, *_]:
            return Message(context, singular, "")
        case "npgettext", [context, singular, plural, *_]:
            return Message(context, singular, plural)
    return None


# -- The tests ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["unfold", "auditlog"])
def test_every_string_of_the_package_is_translated(package: str) -> None:
    messages = {
        message for message in messages_of(package) if message.singular not in EQUAL_IN_BOTH_LANGUAGES
    }

    with translation.override("pt-br"):
        left_in_english = sorted(message for message in messages if message.is_left_in_english())

    assert messages
    assert left_in_english == []


def test_untranslated_words_are_in_use_and_equal() -> None:
    messages = {message for message in messages_of("unfold") if message.singular in EQUAL_IN_BOTH_LANGUAGES}

    with translation.override("pt-br"):
        equal = {message.singular for message in messages if message.is_left_in_english()}

    assert equal == EQUAL_IN_BOTH_LANGUAGES


def test_queue_models_have_portuguese_names() -> None:
    models = [model._meta for model in apps.get_app_config("django_q").get_models()]
    with translation.override("en"):
        english = {str(name) for meta in models for name in (meta.verbose_name, meta.verbose_name_plural)}

    with translation.override("pt-br"):
        portuguese = {str(name) for meta in models for name in (meta.verbose_name, meta.verbose_name_plural)}

    assert len(portuguese) == len(english)
    assert not portuguese & english


def test_catalogue_overrides_django() -> None:
    with translation.override("pt-br"):
        said = translation.gettext("Toggle sorting")

    assert said == "Alternar ordenação"


def test_every_translation_keeps_the_placeholders_of_its_msgid() -> None:
    translated = {key: text for key, text in read_mo(CATALOGUE / "django.mo").items() if key}

    broken = [key for key, text in translated.items() if placeholders(text) != placeholders(msgid_of(key))]

    assert broken == []


@pytest.mark.skipif(
    shutil.which("msgfmt") is None,
    reason="msgfmt is missing (apt-get install gettext): whether django.mo is fresh was NOT checked",
)
def test_compiled_catalogue_is_current(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"

    subprocess.run(["msgfmt", "--check-format", "-o", compiled, CATALOGUE / "django.po"], check=True)

    assert read_mo(CATALOGUE / "django.mo") == read_mo(compiled)
