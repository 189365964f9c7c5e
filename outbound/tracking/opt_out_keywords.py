"""The words by which a person asks to be left alone (zenvia-facts 12)."""

from __future__ import annotations

import re
import unicodedata

# “NÃO” is not among them: it answers ordinary questions.
STOP_WORDS = frozenset({"sair", "parar", "pare", "cancelar", "descadastrar", "remover", "stop"})

_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def is_stop_word(text: str) -> bool:
    """Whether the whole message is a stop word; case, accents, outer spaces and punctuation aside."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _AROUND.sub("", plain.casefold()) in STOP_WORDS
