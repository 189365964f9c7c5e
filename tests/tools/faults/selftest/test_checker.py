"""The checker finds each kind of breach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.faults.checker import compare


def line(external_id: str, destination: str = "11", *, taken: bool = True, scenario: str = "normal") -> Any:
    return {"external_id": external_id, "destination": destination, "taken": taken, "scenario": scenario}


def test_good_run_has_no_breach() -> None:
    lines = [line("a", "1"), line("b", "2", taken=False), line("b-2", "2"), line("c", "3", scenario="0602")]
    messages = [(1, "accepted"), (2, "accepted"), (3, "unconfirmed"), (4, "queued"), (5, "refused")]
    attempts = [
        ("a", 1, "accepted"), ("b", 2, "not_sent"), ("b-2", 2, "accepted"), ("c", 3, "ambiguous"),
        ("e", 5, "refused"),
    ]  # fmt: skip

    found = compare(lines, messages, attempts, people=5)

    assert (found.breaches, found.twice, found.lost, found.injected) == ([], 0, 0, 1)
    assert found.statuses == {"accepted": 2, "unconfirmed": 1, "queued": 1, "refused": 1}


def test_message_delivered_twice_is_found() -> None:
    lines, attempts = [line("a"), line("a-2")], [("a", 1, "not_sent"), ("a-2", 1, "accepted")]

    found = compare(lines, [(1, "accepted")], attempts, people=1)

    assert found.twice == 1


def test_repeated_request_is_found_even_if_not_taken() -> None:
    lines = [line("a", taken=False), line("a", taken=False)]

    found = compare(lines, [(1, "unconfirmed")], [("a", 1, "ambiguous")], people=1)

    assert found.twice == 1


def test_missing_row_is_found() -> None:
    assert compare([], [(1, "queued")], [], people=2).lost == 1


def test_accepted_message_that_was_never_taken_is_found() -> None:
    found = compare([], [(1, "accepted")], [("a", 1, "accepted")], people=1)

    assert found.lost == 1


def test_message_still_sending_is_found() -> None:
    found = compare([], [(1, "sending")], [("a", 1, "open")], people=1)

    assert (found.lost, len(found.breaches)) == (1, 2)


@pytest.mark.parametrize("status", ["queued", "refused", "skipped", "cancelled"])
def test_taken_message_in_an_untaken_status_is_found(status: str) -> None:
    found = compare([line("a")], [(1, status)], [("a", 1, "not_sent")], people=1)

    assert found.breaches == [f"1 × taken by the gateway, and “{status}” here"]


def test_request_without_an_attempt_is_found() -> None:
    found = compare([line("a", taken=False)], [(1, "queued")], [], people=1)

    assert found.breaches == ["1 × a request without a mark"]


def test_two_attempts_that_may_have_left_are_found() -> None:
    attempts = [("a", 1, "ambiguous"), ("a-2", 1, "ambiguous")]

    found = compare([], [(1, "unconfirmed")], attempts, people=1)

    assert found.breaches == ["1 × two calls of one message may have left"]
