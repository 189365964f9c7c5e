"""Faults: senders that are killed while they send."""

from __future__ import annotations

from functools import partial

from outbound import failpoints
from tests.installation import until
from tests.tools.faults.registry import fault
from tests.tools.faults.stage import Stage

# Reached once a claim or a commit, not once a message, so there are fewer chances to die there.
ONCE_A_TURN = (failpoints.BEFORE_CLAIM, failpoints.AFTER_CLAIM, failpoints.AFTER_RECORD)


def _die_at(name: str, stage: Stage) -> None:
    stage.sandbox(latency_ms=5)
    stage.send(stage.some(600))
    stage.senders(2, failpoint=name, spread=12 if name in ONCE_A_TURN else 36)
    stage.settle()


for _name in failpoints.NAMES:
    _play = partial(_die_at, _name)
    _play.__doc__ = f"kill -9 at the instant {_name}, again and again"
    fault(f"die {_name}")(_play)


@fault("die anywhere", quick=0.3)
def die_anywhere(stage: Stage) -> None:
    """kill -9 at an instant that changes from sender to sender"""
    stage.sandbox(latency_ms=5)
    stage.send(stage.some(600))
    stage.senders(2, failpoint=failpoints.NAMES, spread=20)
    stage.settle()


@fault("many kills")
def many_kills(stage: Stage) -> None:
    """kill -9 of a sender at work every 0.15 to 0.5 seconds until everything is settled"""
    stage.sandbox(latency_ms=80)
    stage.send(stage.some(6000) // 2)
    stage.send(stage.some(6000) // 2)
    stage.senders(2, every=(0.15, 0.5))
    stage.settle(seconds=300)


@fault("twenty kills", quick=0.15)
def twenty_kills(stage: Stage) -> None:
    """20 kills of a real cluster's sender at random moments of one send, first wave included"""
    stage.sandbox(latency_ms=20)
    stage.worker()
    stage.send(stage.some(2000), first_wave=True)
    for _ in range(stage.some(20)):
        stage.until_requests(stage.chance.randint(1, 60))
        if stage.is_settled():
            break
        victims = until(lambda: stage.at_work() or stage.is_settled(), "somebody sends")
        if victims is not True:
            stage.kill(victims[0])
    stage.settle()


@fault("die in a cluster", FAILPOINT=f"{failpoints.BODY_SENT}:40")
def die_in_a_cluster(stage: Stage) -> None:
    """a real cluster whose every sender dies at its 40th request, by FAILPOINT in the environment"""
    stage.sandbox(latency_ms=5)
    worker = stage.worker()
    stage.send(stage.some(400))
    stage.settle()
    stage.kills += worker.log.count("after death")
    assert stage.kills
