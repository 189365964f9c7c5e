"""A person pauses, resumes, cancels or replaces the token while messages are sent."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from itertools import count

from outbound.sandbox.http.ledger import Line
from tests.tools.faults.registry import fault
from tests.tools.faults.stage import SLOTS, STOPPED, Stage

# One that nobody is in a hurry with: how many messages wait, at least, before the next change of mind.
PLENTY = 150


@fault("change of mind", quick=0.15)
def change_of_mind(stage: Stage) -> None:
    """pause, resume and cancel 100 times at random, sends and integration, while sending"""
    stage.sandbox(latency_ms=20)
    stage.worker()
    sends: list[int] = []
    still: list[tuple[float, float, int | None]] = []
    for turn in count():
        if turn == stage.some(100):
            break
        while not sends or _waiting(stage) < PLENTY:
            sends.append(stage.send(PLENTY))
        stage.until_requests(stage.chance.randint(1, 15))
        still.append(_change_mind(stage, sends))
    stage.settle()
    worst = max(_requests_between(stage, *one) for one in still)
    stage.notes.append(f"requests after a pause: {worst} at most, {SLOTS} allowed")
    assert worst <= SLOTS, f"{worst} requests after a pause"


def _change_mind(stage: Stage, sends: list[int]) -> tuple[float, float, int | None]:
    """Do one of three things; return from when until when it must have been quiet, and for which send."""
    send = stage.chance.choice(sends)
    what = stage.chance.choices(("send", "integration", "cancel"), weights=(6, 3, 1))[0]
    if what == "cancel":
        sends.remove(send)
        return stage.do("cancel", campaign=send), float("inf"), send
    details = {"campaign": send} if what == "send" else {}
    suffix = "" if what == "send" else "_integration"
    paused_at = stage.do(f"pause{suffix}", **details)
    time.sleep(stage.chance.uniform(0.05, 0.4))
    return paused_at, stage.do(f"resume{suffix}", **details), details.get("campaign")


def _waiting(stage: Stage) -> int:
    running = "SELECT id FROM outbound_campaign WHERE status = 'running'"
    rows = stage.installation.rows(
        f"SELECT count(*) FROM outbound_message WHERE status = 'queued' AND campaign_id IN ({running})"
    )
    return int(rows[0][0])


def _requests_between(stage: Stage, begin: float, end: float, send: int | None) -> int:
    campaigns = _campaign_of(stage)
    lines = stage.installation.ledger()
    concerned = [line for line in lines if send in (None, campaigns[line["external_id"]])]
    return sum(begin < _moment(line) < end for line in concerned)


def _campaign_of(stage: Stage) -> dict[str, int]:
    return dict(
        stage.installation.rows(
            "SELECT attempt.external_id, campaign_id FROM outbound_attempt AS attempt "
            "JOIN outbound_message AS message ON message.id = attempt.message_id"
        )
    )


def _moment(line: Line) -> float:
    return datetime.fromisoformat(line["at"]).timestamp()


@fault("token revoked")
def token_revoked(stage: Stage) -> None:
    """the gateway lets another token in from one moment on; a person enters it later"""
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.send(stage.some(800))
    stage.until_requests(100)
    stage.order(token="the-second-token-of-this-test")
    stage.until(lambda: stage.installation.rows(STOPPED), "the integration has stopped")
    stage.until(lambda: not stage.statuses()["sending"], "nothing is under way")
    refused = sum(line["status"] == 401 for line in stage.installation.ledger())
    stage.do("replace_token", token="the-second-token-of-this-test")
    stage.do("resume_integration")
    stage.settle()
    assert refused <= SLOTS, f"{refused} requests with a token that is not accepted"
    assert stage.statuses() == {"accepted": stage.people}


@fault("token replaced")
def token_replaced(stage: Stage) -> None:
    """a person enters other tokens in the middle of a send: every request carries one of them, whole"""
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.send(stage.some(800))
    for position in range(5):
        stage.until_requests(60)
        stage.do("replace_token", token=f"a-token-of-this-test-{position}")
    stage.settle()
    tokens = Counter(line["token"] for line in stage.installation.ledger())
    assert None not in tokens
    assert 2 <= len(tokens) <= 6, f"{len(tokens)} different tokens"
    assert stage.statuses() == {"accepted": stage.people}
