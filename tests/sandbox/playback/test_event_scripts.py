"""The events of each magic ending."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from outbound.sandbox.playback import event_scripts, events
from outbound.sandbox.playback.answers import Receipt
from outbound.sandbox.playback.events import AcceptedMessage
from outbound.sandbox.playback.scenarios import SCENARIOS
from tests.sandbox.listener import code_of

IN_ORDER = ["SENT", "DELIVERED", "READ"]
TOLD = {
    "0604": [],
    "0700": IN_ORDER,
    "0701": ["READ", "SENT", "DELIVERED"],
    "0702": [code for code in IN_ORDER for _time in range(3)],
    "0703": IN_ORDER,
    "0704": ["SENT", "DELIVERED"],
    "0705": [],
    "0706": ["SENT", "NOT_DELIVERED"],
    "0707": ["SENT", "NOT_DELIVERED"],
    "0708": ["SENT", "DELIVERED", "NOT_DELIVERED"],
    "0709": ["sent", "delivered", "read"],
    "0710": ["SENT+DELIVERED"],
    "0711": ["SENT", "WOBBLED"],
    "0712": ["SENT", "DELIVERED", "said SAIR"],
    "0713": ["SENT", "DELIVERED", "said Sim, confirmo"],
    "0714": ["SENT", "NOT_DELIVERED"],
    "0715": ["SENT", "NOT_DELIVERED"],
    "0716": ["SENT", "NOT_DELIVERED"],
}
CAUSES = {"0706": "131026", "0707": "131047", "0708": "131026", "0715": "131031", "0716": "132015"}


def taken(ending: str) -> AcceptedMessage:
    return AcceptedMessage(f"1199999{ending}", Receipt("c-1", 7, 500_003))


def told(ending: str) -> list:
    """Return the bodies of a script, as they would arrive."""
    steps = event_scripts.script_for(f"1199999{ending}").steps(taken(ending))
    return [json.loads(events.dumps(step)) for step in steps if not isinstance(step, float)]


def seconds(ending: str) -> float:
    steps = event_scripts.script_for(f"1199999{ending}").steps(taken(ending))
    return sum(step for step in steps if isinstance(step, float))


def test_every_script_has_a_row() -> None:
    assert set(event_scripts.SCRIPTS) == set(TOLD)


@pytest.mark.parametrize("ending", TOLD)
def test_each_ending_posts_its_events(ending: str) -> None:
    assert [code_of(body) for body in told(ending)] == TOLD[ending]
    assert f"  {ending}  " in event_scripts.table()


@pytest.mark.parametrize(
    ("ending", "codes"), [("1234", IN_ORDER), ("1233", IN_ORDER[:2]), ("1237", IN_ORDER[:2])]
)
def test_other_messages_are_delivered_and_mostly_read(ending: str, codes: list[str]) -> None:
    assert [code_of(body) for body in told(ending)] == codes


@pytest.mark.parametrize(
    "ending", [name for name, one in SCENARIOS.items() if one.taken and name[:2] == "06"]
)
def test_unconfirmed_message_has_late_or_no_events(ending: str) -> None:
    if ending == "0604":
        assert told(ending) == []
    else:
        assert [code_of(body) for body in told(ending)] == ["SENT", "DELIVERED"]
        assert seconds(ending) >= event_scripts.LATE_SECONDS


def test_late_delivery_is_late() -> None:
    assert seconds("0704") >= event_scripts.LATE_SECONDS > seconds("0700")


def test_status_has_the_shape_of_version_2() -> None:
    event = told("0700")[0]

    assert set(event) == {
        "id", "timestamp", "subscriptionId", "type", "channel", "messageId", "contentIndex", "message",
        "messageStatus",
    }  # fmt: skip
    assert (event["type"], event["channel"]) == ("MESSAGE_STATUS", "whatsapp")
    assert event["message"]["externalId"] == "c-1"
    assert event["message"]["id"] == event["messageId"] != event["id"]
    assert event["message"]["direction"] == "OUT"
    assert datetime.fromisoformat(event["messageStatus"]["timestamp"]).tzinfo


def test_events_share_the_message_id_and_have_their_own_ids() -> None:
    sent = told("0700")

    assert len({event["message"]["id"] for event in sent}) == 1
    assert len({event["id"] for event in sent}) == 3


def test_message_without_external_id_has_the_channel_id_alone() -> None:
    event = events.status(AcceptedMessage("11999990700", Receipt(None, 7, 500_003)), "SENT")

    assert "externalId" not in event["message"]


def test_repeated_event_is_a_copy_and_then_has_the_same_id() -> None:
    first, again, later = told("0702")[:3]

    assert first == again
    assert later["id"] == first["id"]


@pytest.mark.parametrize("ending", CAUSES)
def test_failure_has_the_error_code_as_text(ending: str) -> None:
    (cause,) = told(ending)[-1]["messageStatus"]["causes"]

    assert cause["channelErrorCode"] == CAUSES[ending]
    assert cause["reason"]


def test_flat_body_has_the_keys_of_the_response() -> None:
    assert told("0709")[0] == {
        "status": "sent",
        "external_id": "c-1",
        "message_id": 7,
        "contact_id": 500_003,
    }


def test_older_form_has_odd_times_numeric_codes_and_no_event_id() -> None:
    sent, failed = told("0714")

    assert {"id", "timestamp", "message"} & set(sent) == set()
    assert sent["messageStatus"]["timestamp"][-2:] in ("am", "pm")
    assert failed["messageStatus"]["timestamp"].endswith("-03:00")
    assert failed["messageStatus"]["causes"] == [{"channelErrorCode": 131026}]
    assert isinstance(failed["messageStatus"]["cause"], str)


@pytest.mark.parametrize(
    ("destination", "known_as"),
    [
        ("11999990712", "5511999990712"),
        ("35988000712", "553588000712"),
        ("5535988000712", "553588000712"),
        ("5511999990712", "5511999990712"),
        ("3532210712", "553532210712"),
        ("4915112340712", "4915112340712"),
    ],
)
def test_person_answers_from_their_whatsapp_id(destination: str, known_as: str) -> None:
    event = events.answer(AcceptedMessage(destination, Receipt("c-1", 7, 500_003)), "SAIR")

    assert event["message"]["from"] == known_as
    assert "externalId" not in event["message"]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_storm_has_the_requested_size_and_a_fifth_copies(size: int) -> None:
    about = [taken(ending) for ending in ("0001", "0002")]

    bodies = event_scripts.storm(about, size)

    assert len(bodies) == size
    assert len({body["id"] for body in bodies}) == size - size // 5


def test_storm_without_messages_is_empty() -> None:
    assert event_scripts.storm([], 100) == []


def test_only_one_script_precedes_the_response() -> None:
    first: Callable[[event_scripts.EventScript], bool] = lambda script: script.before_response  # noqa: E731

    assert [script.name for script in filter(first, event_scripts.ALL)] == ["0703"]
