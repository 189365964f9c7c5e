"""A keyword is recognised in any spelling, but only as the whole message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.tracking.opt_out_keywords import KEYWORDS, is_opt_out

ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u0327"
AROUND = st.text(st.characters(categories=["P", "Zs"]) | st.sampled_from("\n\t\r_ !.…"), max_size=6)
WORDS = st.sampled_from(sorted(KEYWORDS))


@pytest.mark.parametrize(
    "text",
    ["SAIR", "sair", "Sair.", "  PARAR!!! ", "pare", "“Cancelar”", "DESCADASTRAR", "Remover…", "STOP", "sáir"]
    + ["*SAIR*", "_sair_", "ＳＡＩＲ", "sair\n", "\u00a0SAIR\u200b", "SAIR 🙏", "¡Stop!"],
)
def test_keyword_is_recognised_in_any_spelling(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "...", "NÃO", "não", "nao", "Sim", "1", "🙏", "sai", "sairei", "saí", "parou", "cancelado"]
    + ["Quero sair", "Não quero cancelar", "sair de casa", "pare, por favor", "s a i r", "SAIR SAIR"]
    + ["Como faço para cancelar?", "Vou parar aí amanhã às 14h", "sair/parar", "non-stop"],
)
def test_ordinary_message_is_no_opt_out(text: str) -> None:
    assert not is_opt_out(text)


@given(word=WORDS, before=AROUND, after=AROUND, data=st.data())
def test_case_accents_and_punctuation_are_ignored(
    word: str, before: str, after: str, data: st.DataObject
) -> None:
    letters = [
        data.draw(st.sampled_from([letter.lower(), letter.upper()]))
        + data.draw(st.sampled_from(["", "", *ACCENTS]))
        for letter in word
    ]

    assert is_opt_out(f"{before}{''.join(letters)}{after}")


@given(word=WORDS, other=st.text("abcdeiourst", min_size=1, max_size=12), between=st.sampled_from(" -,.\n"))
def test_keyword_beside_another_word_is_no_opt_out(word: str, other: str, between: str) -> None:
    assert not is_opt_out(f"{word}{between}{other}")
    assert not is_opt_out(f"{other}{between}{word}")


@given(text=st.text())
def test_any_text_is_answered(text: str) -> None:
    assert is_opt_out(text) in (True, False)
