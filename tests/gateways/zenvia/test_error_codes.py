"""Each error code of WhatsApp has a meaning, advice and an effect."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from outbound.gateways.zenvia import error_codes
from outbound.gateways.zenvia.error_codes import CAUSES, UNKNOWN, Effect, cause_of

# The codes by their effect.
NOTHING = (
    "131026 131047 131050 130472 131051 131053 131008 131009 100 131021 132000 132001 132005 132007 132008 "
    "132012 470"
)
WAIT = "131049 130429 4 80007 131056 131000 131016 135000 1 2 131057 429 471 1015"  # as a new send, later
STOPS = "131030 131048 131064 131031 368 130497 131042 131045 131037 131063 0 3 10 190 131005 200 250 299"
PAUSES = "132015 132016"


@pytest.mark.parametrize("code", [*NOTHING.split(), *WAIT.split(), *STOPS.split(), *PAUSES.split()])
def test_listed_code_has_meaning_and_advice(code: str) -> None:
    cause = cause_of(code)

    assert cause is not UNKNOWN
    with override("en"):
        assert str(cause.meaning)
        assert str(cause.advice).endswith(".")


@pytest.mark.parametrize("code", WAIT.split())
def test_temporary_failures_may_be_sent_anew_later(code: str) -> None:
    assert cause_of(code).effect in (Effect.WAIT, Effect.SLOW_DOWN)


@pytest.mark.parametrize("code", STOPS.split())
def test_account_codes_stop_the_integration(code: str) -> None:
    assert cause_of(code).effect == Effect.STOP_INTEGRATION


@pytest.mark.parametrize("code", PAUSES.split())
def test_paused_template_codes_pause_the_template(code: str) -> None:
    assert cause_of(code).effect == Effect.PAUSE_TEMPLATE


@pytest.mark.parametrize("code", NOTHING.split())
def test_codes_about_one_message_have_no_effect(code: str) -> None:
    assert cause_of(code).effect == Effect.NOTHING


@pytest.mark.parametrize("code", ["", "131", "999999", "13102", "0131026", "300", "199", "banana"])
def test_unlisted_code_has_the_unknown_cause(code: str) -> None:
    assert cause_of(code) is UNKNOWN
    assert UNKNOWN.effect == Effect.NOTHING


def test_codes_are_unique_numbers() -> None:
    codes = [code for _cause, codes in error_codes._TABLE for code in codes.split()]

    assert len(codes) == len(set(codes))
    assert all(code.isdigit() for code in CAUSES)


def test_closed_window_advises_a_template() -> None:
    with override("en"):
        assert "template" in str(cause_of("131047").advice)
