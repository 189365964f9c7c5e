"""The keywords by which a person opts out of messages (`console/OPERATIONS.md` lists some)."""

from __future__ import annotations

import re
import unicodedata

# “NÃO” is not among them: it answers ordinary questions.
KEYWORDS = frozenset({"sair", "parar", "pare", "cancelar", "descadastrar", "remover", "stop"})

_OUTER_PUNCTUATION = re.compile(r"^[\W_]+|[\W_]+$")


def is_opt_out(text: str) -> bool:
    """Whether the whole message is a keyword; case, accents, outer spaces and punctuation aside."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _OUTER_PUNCTUATION.sub("", plain.casefold()) in KEYWORDS
