"""What the sandbox posts back for each magic ending: which events, in which order, in which shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from outbound.sandbox.playback import event_scripts, events
from outbound.sandbox.playback.answers import Receipt
from outbound.sandbox.playback.events import Taken
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


def taken(ending: str) -> Taken:
    return Taken(f"1199999{ending}", Receipt("c-1", 7, 500_003))


def told(ending: str) -> list:
    """Return the bodies of a story, as they would arrive."""
    steps = event_scripts.chosen(f"1199999{ending}").play(taken(ending))
    return [json.loads(events.dumps(step)) for step in steps if not isinstance(step, float)]


def seconds(ending: str) -> float:
    steps = event_scripts.chosen(f"1199999{ending}").play(taken(ending))
    return sum(step for step in steps if isinstance(step, float))


def test_every_story_is_known_here() -> None:
    assert set(event_scripts.STORIES) == set(TOLD)


@pytest.mark.parametrize("ending", TOLD)
def test_each_ending_tells_its_story(ending: str) -> None:
    assert [code_of(body) for body in told(ending)] == TOLD[ending]
    assert f"  {ending}  " in event_scripts.table()


@pytest.mark.parametrize(
    ("ending", "codes"), [("1234", IN_ORDER), ("1233", IN_ORDER[:2]), ("1237", IN_ORDER[:2])]
)
def test_any_other_message_is_delivered_and_mostly_read(ending: str, codes: list[str]) -> None:
    assert [code_of(body) for body in told(ending)] == codes


@pytest.mark.parametrize(
    "ending", [name for name, one in SCENARIOS.items() if one.taken and name[:2] == "06"]
)
def test_after_an_answer_that_leaves_a_doubt_the_truth_comes_late_or_never(ending: str) -> None:
    if ending == "0604":
        assert told(ending) == []
    else:
        assert [code_of(body) for body in told(ending)] == ["SENT", "DELIVERED"]
        assert seconds(ending) >= event_scripts.LATE_SECONDS


def test_a_late_delivery_is_late() -> None:
    assert seconds("0704") >= event_scripts.LATE_SECONDS > seconds("0700")


def test_a_status_is_of_zenvias_second_version() -> None:
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


def test_all_events_of_a_message_name_it_alike_and_themselves_differently() -> None:
    sent = told("0700")

    assert len({event["message"]["id"] for event in sent}) == 1
    assert len({event["id"] for event in sent}) == 3


def test_a_message_without_an_id_of_ours_is_named_by_zenvias_alone() -> None:
    event = events.status(Taken("11999990700", Receipt(None, 7, 500_003)), "SENT")

    assert "externalId" not in event["message"]


def test_what_is_repeated_comes_exactly_and_then_under_the_same_id() -> None:
    first, again, later = told("0702")[:3]

    assert first == again
    assert later["id"] == first["id"]


@pytest.mark.parametrize("ending", CAUSES)
def test_a_failure_carries_whatsapps_code_as_text(ending: str) -> None:
    (cause,) = told(ending)[-1]["messageStatus"]["causes"]

    assert cause["channelErrorCode"] == CAUSES[ending]
    assert cause["reason"]


def test_a_flat_body_has_the_words_of_the_answer() -> None:
    assert told("0709")[0] == {
        "status": "sent",
        "external_id": "c-1",
        "message_id": 7,
        "contact_id": 500_003,
    }


def test_older_senders_write_odd_times_numbers_and_no_event_id() -> None:
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
def test_a_person_answers_under_the_number_that_whatsapp_knows(destination: str, known_as: str) -> None:
    event = events.answer(Taken(destination, Receipt("c-1", 7, 500_003)), "SAIR")

    assert event["message"]["from"] == known_as
    assert "externalId" not in event["message"]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_storm_is_as_large_as_asked_and_a_fifth_of_it_are_copies(size: int) -> None:
    about = [taken(ending) for ending in ("0001", "0002")]

    bodies = event_scripts.storm(about, size)

    assert len(bodies) == size
    assert len({body["id"] for body in bodies}) == size - size // 5


def test_without_messages_there_is_no_storm() -> None:
    assert event_scripts.storm([], 100) == []


def test_only_one_story_comes_before_the_answer() -> None:
    first: Callable[[event_scripts.Story], bool] = lambda story: story.comes_first  # noqa: E731

    assert [story.name for story in filter(first, event_scripts.ALL)] == ["0703"]
