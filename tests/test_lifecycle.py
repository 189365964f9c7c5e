"""The moves between statuses, and that every status and content type is complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template.loader import get_template
from django.utils.translation import override

from outbound.admin.base.badges import ATTEMPT_BADGES, MESSAGE_BADGES
from outbound.admin.messages.advice import advice
from outbound.contents import CONTENT_TYPES
from outbound.lifecycle import (
    MAY_HAVE_LEFT,
    MOVES,
    TAKEN,
    UNCONFIRMED,
    WAITING,
    AttemptOutcome,
    MessageStatus,
    Reason,
    sources,
)
from outbound.models import Campaign, Integration, Message
from outbound.sandbox.contract import contents as sandbox_contents

GOLDEN = Path(__file__).parent / "fixtures" / "zenvia"
FINAL = {MessageStatus.REFUSED, MessageStatus.SKIPPED, MessageStatus.CANCELLED}
TONES = {"info", "success", "warning", "danger", "neutral"}

DECIDED = {MessageStatus.ASSUMED_SENT, MessageStatus.ASSUMED_NOT_SENT}


def test_only_a_sending_message_may_return_to_the_queue() -> None:
    assert sources(MessageStatus.QUEUED) == [MessageStatus.SENDING]


def test_only_a_queued_message_may_be_sent() -> None:
    assert sources(MessageStatus.SENDING) == [MessageStatus.QUEUED]


def test_unconfirmed_message_is_resolved_by_evidence_or_a_person_and_never_queued() -> None:
    assert MOVES[MessageStatus.UNCONFIRMED] == {MessageStatus.ACCEPTED, *DECIDED}


@pytest.mark.parametrize("status", sorted(DECIDED))
def test_evidence_overrides_a_persons_decision(status: MessageStatus) -> None:
    assert MOVES[status] == {MessageStatus.ACCEPTED}


@pytest.mark.parametrize("status", sorted(TAKEN | FINAL))
def test_final_status_does_not_change(status: MessageStatus) -> None:
    assert MOVES[status] == frozenset()


def test_only_a_queued_message_is_skipped_or_cancelled() -> None:
    assert sources(MessageStatus.SKIPPED) == [MessageStatus.QUEUED]
    assert sources(MessageStatus.CANCELLED) == [MessageStatus.QUEUED]


def test_every_status_has_moves() -> None:
    assert set(MOVES) == set(MessageStatus)


def test_every_status_is_in_exactly_one_set() -> None:
    sets = [WAITING, UNCONFIRMED, TAKEN, FINAL, DECIDED]

    assert sorted(status for one in sets for status in one) == sorted(MessageStatus)


def test_attempt_may_have_left_unless_refused_or_not_sent() -> None:
    assert set(AttemptOutcome) - MAY_HAVE_LEFT == {AttemptOutcome.REFUSED, AttemptOutcome.NOT_SENT}


@pytest.mark.parametrize(
    ("badges", "states"),
    [
        (MESSAGE_BADGES, MessageStatus),
        (ATTEMPT_BADGES, AttemptOutcome),
    ],
    ids=["message", "attempt"],
)
def test_every_status_has_a_badge_with_tone_and_icon(badges: dict, states: type) -> None:
    assert set(badges) == set(states)
    assert all(badge.tone in TONES and badge.icon for badge in badges.values())


@pytest.mark.parametrize("status", MessageStatus)
@pytest.mark.parametrize("reason", ["", *Reason])
def test_every_status_and_reason_has_advice(status: str, reason: str) -> None:
    message = Message(status=status, reason=reason, campaign=Campaign(), integration=Integration())

    assert advice(message)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_readable_label(reason: Reason) -> None:
    with override("en"):
        assert " " in reason.label


@pytest.mark.parametrize("kind", [*CONTENT_TYPES, "template"])
def test_every_content_has_a_preview(kind: str) -> None:
    assert get_template(f"outbound/preview/{kind}.html")


@pytest.mark.parametrize("kind", [*CONTENT_TYPES, "template"])
def test_every_content_has_a_golden_body(kind: str) -> None:
    assert (GOLDEN / f"{kind}.json").is_file()


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_every_content_has_a_rule_in_the_sandbox(kind: str) -> None:
    problems = sandbox_contents.CONTENT({"type": kind}, "contents[0]")

    assert "unsupported" not in {problem.code for problem in problems}
