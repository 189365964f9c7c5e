"""Faults: a launch is killed, and either all of its messages go out once or none."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from functools import partial

from tests.installation import end
from tests.tools.faults.registry import fault
from tests.tools.faults.stage import Stage

TICKETS = "SELECT ticket FROM outbound_launch WHERE ticket <> ''"
LEFT = "SELECT count(*) FROM outbound_launch"
# Of sends that go, how many rows are there; of all others, whether one of them was ever tried.
WRITTEN = """
SELECT campaign.id, campaign.status, count(message.id), coalesce(sum(message.attempt_count), 0)
FROM outbound_campaign AS campaign LEFT JOIN outbound_message AS message ON message.campaign_id = campaign.id
GROUP BY campaign.id, campaign.status
"""


@fault("killed launcher", quick=0.3)
def killed_launcher(stage: Stage) -> None:
    """kill -9 of two workers at random while they prepare large sends: all of a send goes, or nothing"""
    stage.sandbox(latency_ms=2)
    workers = [stage.worker() for _ in range(2)]
    people = stage.some(3000)
    sends = [stage.begin(people) for _ in range(3)]
    seen: set[str] = set()
    for _ in range(stage.some(20)):
        stage.until(partial(_is_taken, stage, seen), "somebody prepares one", 120)
        if not _left(stage):
            break
        seen |= _tickets(stage)
        time.sleep(stage.chance.uniform(0, 0.6))
        for worker in workers:
            with suppress(ProcessLookupError):
                stage.kill(*worker.group())
        _assert_all_or_nothing(stage, people)
    stage.until(lambda: not _left(stage), "every send is prepared", 120)
    stage.settle(300)
    assert stage.statuses().total() == people * len(sends)


@fault("killed command")
def killed_command(stage: Stage) -> None:
    """kill -9 of `manage.py send` while it prepares a large send: it is a draft again, and goes to nobody"""
    stage.sandbox(latency_ms=2)
    stage.worker().wait_until_it_runs()
    people, file = stage.some(4000), stage.installation.directory / "numbers.txt"
    for _ in range(stage.some(5)):
        file.write_text("\n".join(stage.numbers(people)))
        command = stage.installation.start(
            "send", "--integration", "demo", "--template", "boas-vindas", "--no-first-wave",
            "--to-file", str(file), log="send.log",
        )  # fmt: skip
        stage.until(lambda: _left(stage) or command.poll() is not None, "it has begun", 120)  # noqa: B023
        time.sleep(stage.chance.uniform(0, 2))
        end(command, signal.SIGKILL)
        stage.kills += 1
        stage.until(lambda: not _left(stage), "it was taken back, or goes", 60)
        stage.people += people if _went(stage) else 0
    _assert_all_or_nothing(stage, people)
    stage.settle(300)


def _is_taken(stage: Stage, seen: set[str]) -> bool:
    return bool(_tickets(stage) - seen) or not _left(stage)


def _tickets(stage: Stage) -> set[str]:
    return {ticket for (ticket,) in stage.installation.rows(TICKETS)}


def _left(stage: Stage) -> int:
    return int(stage.installation.rows(LEFT)[0][0])


def _went(stage: Stage) -> bool:
    latest = "SELECT status FROM outbound_campaign ORDER BY id DESC LIMIT 1"
    return stage.installation.rows(latest) == [("running",)]


def _assert_all_or_nothing(stage: Stage, people: int) -> None:
    for campaign, status, rows, tried in stage.installation.rows(WRITTEN):
        if status == "running":
            assert rows == people, f"send {campaign} went with {rows} of {people} rows"
        else:
            assert not tried, f"send {campaign} is {status}, and somebody was sent it"
        assert rows == 0 or status != "draft", f"the draft {campaign} has rows"
