"""The console understands every event that the sandbox posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outbound import phones
from outbound.gateways.base import Inbound, ParsedEvent, StatusUpdate
from outbound.gateways.zenvia import statuses
from outbound.gateways.zenvia.error_codes import UNKNOWN, Effect, cause_of
from outbound.gateways.zenvia.statuses import STATUS_WORDS
from outbound.lifecycle import MessageStatus
from outbound.sandbox.playback import event_scripts, events
from outbound.sandbox.playback.answers import Receipt
from outbound.sandbox.playback.events import AcceptedMessage
from outbound.tracking import reading
from outbound.tracking.opt_out_keywords import is_opt_out

NUMBER = "3598800"


def told(ending: str) -> list[ParsedEvent]:
    """Return what the console reads in all that one story posts."""
    taken = AcceptedMessage(f"{NUMBER}{ending}", Receipt("c-1", 7, 500_003))
    steps = event_scripts.script_for(taken.destination).steps(taken)
    bodies = [events.dumps(step) for step in steps if not isinstance(step, float)]
    return [statuses.parse_event(item) for body in bodies for item in statuses.split_events(body)]


ALL_ENDINGS = [*event_scripts.SCRIPTS, "0601", "1234"]
FAILING = ["0706", "0707", "0708", "0714", "0715", "0716"]


@pytest.mark.parametrize("ending", ALL_ENDINGS)
def test_every_status_has_our_external_id(ending: str) -> None:
    assert {one.external_id for one in told(ending) if isinstance(one, StatusUpdate)} <= {"c-1"}


@pytest.mark.parametrize("ending", ALL_ENDINGS)
def test_only_the_intended_word_is_unknown(ending: str) -> None:
    words = {one.word for one in told(ending) if isinstance(one, StatusUpdate)}

    assert words - STATUS_WORDS.keys() == ({"wobbled"} if ending == "0711" else set())


@pytest.mark.parametrize("ending", ALL_ENDINGS)
def test_every_time_is_current(ending: str) -> None:
    now = datetime.now(UTC)
    times = [one.happened_at for one in told(ending) if isinstance(one, StatusUpdate | Inbound)]

    assert all(abs(time - now) < timedelta(seconds=5) for time in times if time)
    assert ending == "0709" or all(times)


@pytest.mark.parametrize("ending", ["0700", "0701", "0702", "0703", "0709", "1234"])
def test_message_that_is_read_ends_as_read(ending: str) -> None:
    meanings = {STATUS_WORDS[one.word] for one in told(ending) if isinstance(one, StatusUpdate)}

    assert meanings == {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ}


def test_copies_share_an_event_id_for_each_word() -> None:
    seen = {(one.word, one.event_id) for one in told("0702") if isinstance(one, StatusUpdate)}

    assert len(seen) == 3
    assert len(told("0702")) == 9


@pytest.mark.parametrize("ending", FAILING)
def test_failure_has_a_known_cause(ending: str) -> None:
    failure = told(ending)[-1]

    assert isinstance(failure, StatusUpdate)
    assert STATUS_WORDS[failure.word] == MessageStatus.UNDELIVERED
    assert cause_of(failure.code) is not UNKNOWN
    assert failure.text


@pytest.mark.parametrize(
    ("ending", "effect"), [("0715", Effect.STOP_INTEGRATION), ("0716", Effect.PAUSE_TEMPLATE)]
)
def test_scenarios_with_an_effect_have_it(ending: str, effect: Effect) -> None:
    failure = told(ending)[-1]

    assert isinstance(failure, StatusUpdate)
    assert cause_of(failure.code).effect == effect


def test_flat_body_has_the_message_id_of_the_response() -> None:
    flat = told("0709")[0]

    assert isinstance(flat, StatusUpdate)
    assert (flat.gateway_message_id, flat.channel_message_id) == ("7", "")


@pytest.mark.parametrize(("ending", "stops"), [("0712", True), ("0713", False)])
def test_person_answers_from_their_own_number(ending: str, stops: bool) -> None:
    wrote = told(ending)[-1]

    assert isinstance(wrote, Inbound)
    assert is_opt_out(wrote.text) is stops
    assert reading.sender_of(wrote.sender).key == phones.parse(f"{NUMBER}{ending}").key
