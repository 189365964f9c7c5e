"""What every text that leaves the console must be: real characters, and not only invisible ones."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from outbound.contents.errors import Path, Problems

# Line feed and tab are the only control characters that a chat message may hold.
_ALLOWED_CONTROLS = frozenset("\n\t")


def clean_text(raw: object, path: Path, problems: Problems, *, strip: bool = True) -> str | None:
    """Return `raw` with line ends made one kind and outer space taken off; None where it is no text.

    Problems: `text_required` for another type, `field_bad_characters` for NUL, other control
    characters and lone surrogates, which no JSON reader on the way is bound to survive.
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
    """Say whether nothing of `text` could be seen: only spaces, zero-width and format characters."""
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS
