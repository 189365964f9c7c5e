"""Checks of every text that is sent: no forbidden characters, and not only invisible ones."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from outbound.contents.errors import Path, Problems

# Line feed and tab are the only control characters that a chat message may hold.
_ALLOWED_CONTROLS = frozenset("\n\t")


def clean_text(raw: object, path: Path, problems: Problems, *, strip: bool = True) -> str | None:
    """Return `raw` with line feeds as line ends and without outer space, or None after adding a problem.

    Problems: `text_required` for another type; `field_bad_characters` for control characters, and for lone
    surrogates, which some JSON parsers reject.
    """
    if not isinstance(raw, str):
        problems.add(path, _("This must be text."), "text_required")
        return None
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if any(_is_forbidden(character) for character in text):
        problems.add(
            path, _("This has characters that cannot be sent. Type the text anew."), "field_bad_characters"
        )
        return None
    return text.strip() if strip else text


def is_blank(text: str) -> bool:
    """Say whether `text` is invisible: only spaces, zero-width and format characters."""
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS
