"""Faults of the gateway: silence, cut connections, odd responses, many errors in a row."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tools.faults.registry import fault
from tests.tools.faults.scenarios.control import _moment
from tests.tools.faults.stage import AS_SHIPPED, SLOTS, Stage
from tests.tools.faults.supervisor import Worker

MOST_MEMORY_KB = 160 * 1024
RESETS = 12
OUTAGES_IN_A_ROW = 5  # after so many the circuit breaker opens
ODD = [f"06{n:02}" for n in (0, 1, 2, 3, 10, 11, 12, 14, 15, 16, 17, 19, 30)]
ENDLESS = ["0618", "0621", "0622"]
STOPPING = ["0301", "0302", "0303", "0613"]
REFUSED = ["0400", "0413", "0415", "0422"]


@fault("odd answers", quick=0.2, **AS_SHIPPED)
def odd_answers(stage: Stage) -> None:
    """resets, closes, HTML, truncated, compressed, refusals, among good answers"""
    stage.sandbox()
    stage.worker()
    each = stage.some(5)
    stage.send(stage.some(800), *ODD * each, *REFUSED * each)
    _settle_as_a_manager(stage)
    expected = {"refused": len(REFUSED) * each, "unconfirmed": len(ODD) * each, "accepted": stage.some(800)}
    assert stage.statuses() == expected


@fault("endless answers", **AS_SHIPPED)
def endless_answers(stage: Stage) -> None:
    """200 MB, silence, a byte each 250 ms, among good answers: in doubt, and the sender stays small"""
    stage.sandbox()
    worker = stage.worker()
    stage.send(stage.some(400), *ENDLESS * 2)
    _settle_as_a_manager(stage)
    assert stage.statuses() == {"unconfirmed": 2 * len(ENDLESS), "accepted": stage.some(400)}
    assert _peak_memory(worker) < MOST_MEMORY_KB, f"the sender grew to {_peak_memory(worker)} KB"


@fault("elsewhere", **AS_SHIPPED)
def elsewhere(stage: Stage) -> None:
    """redirects, another external id, addresses and tokens not known: the integration stops each time"""
    stage.sandbox()
    stage.worker()
    stage.send(stage.some(400), *STOPPING)
    for ending in ("0307", "0308", "0401", "0403", "0404", "0405", "0410"):
        stage.order(answer=ending, requests=1)
        stage.send(20)
        _settle_as_a_manager(stage)
    lines = stage.installation.ledger()
    assert {line["path"] for line in lines} == {"/zenvia/demo/1"}, "a redirect was followed"


@fault("short storms", **AS_SHIPPED)
def short_storms(stage: Stage) -> None:
    """six failures in a row of each kind, at the full speed of a send"""
    stage.sandbox()
    stage.worker()
    for ending in ("0500", "0502", "0503", "0504", "0600", "0601", "0602", "0603", "0610", "0612"):
        stage.send(stage.some(100))
        stage.order(answer=ending, requests=6)
        _settle_as_a_manager(stage)


@fault("server errors", **AS_SHIPPED)
def server_errors(stage: Stage) -> None:
    """503 to everything for 6 seconds: few get into doubt, the rest waits, one real row probes"""
    stage.sandbox(latency_ms=10)
    stage.worker()
    stage.send(stage.some(800))
    stage.until_requests(50)
    stage.order(answer="0503", seconds=6)
    stage.settle()
    failed = sum(line["scenario"] == "0503" for line in stage.installation.ledger())
    assert 0 < failed <= OUTAGES_IN_A_ROW + SLOTS, f"{failed} requests were lost to the storm"


@fault("silence", **AS_SHIPPED)
def silence(stage: Stage) -> None:
    """no answer at all for 5 seconds: the connections hang, the breaker opens, the rest waits"""
    stage.sandbox()
    stage.worker()
    stage.send(stage.some(600))
    stage.until_requests(50)
    stage.order(answer="0621", seconds=5)
    stage.settle()
    hung = sum(line["scenario"] == "0621" for line in stage.installation.ledger())
    assert 0 < hung <= OUTAGES_IN_A_ROW + SLOTS, f"{hung} requests hung"


@fault("too many requests", **AS_SHIPPED)
def too_many_requests(stage: Stage) -> None:
    """429 with Retry-After: 5 for 6 seconds: the whole integration waits as asked, and no try is burnt"""
    stage.sandbox(latency_ms=10)
    stage.worker()
    stage.send(stage.some(800))
    stage.until_requests(50)
    stage.order(answer="0429", seconds=6)
    stage.settle()
    lines = stage.installation.ledger()
    asked = [_moment(line) for line in lines if line["status"] == 429]
    early = sum(asked[0] + 0.5 < _moment(line) < asked[0] + 4.9 for line in lines)
    assert early == 0, f"{early} requests came before the time"
    assert stage.statuses() == {"accepted": stage.people}


@fault("patience", **AS_SHIPPED)
def patience(stage: Stage) -> None:
    """Retry-After as seconds, as a date, below zero and as nonsense; each is taken at a later try"""
    stage.sandbox()
    stage.worker()
    stage.send(stage.some(200), "0640", "0641", "0644")
    stage.settle()
    stage.send(stage.some(100), "0642", "0643")
    _settle_as_a_manager(stage)
    assert stage.statuses() == {"accepted": stage.people}


@fault("gateway away", quick=0.1, **AS_SHIPPED)
def gateway_away(stage: Stage) -> None:
    """nobody listens at the address: everything waits, nothing is in doubt, and later each goes out once"""
    stage.worker()
    stage.send(stage.some(600))
    held = "SELECT 1 FROM outbound_throttle WHERE hold = 'outage'"
    stage.until(lambda: stage.installation.rows(held), "the breaker has opened")
    stage.sandbox()
    _settle_as_a_manager(stage)
    assert stage.statuses() == {"accepted": stage.people}
    assert stage.installation.requests() == stage.people


@fault("turned away", **AS_SHIPPED)
def turned_away(stage: Stage) -> None:
    """connections reset before anything was read: in doubt, since bytes were handed over by then"""
    stage.sandbox()
    stage.order(resets=RESETS)
    stage.extra_doubts += RESETS
    stage.worker()
    stage.send(stage.some(300))
    _settle_as_a_manager(stage)


def _settle_as_a_manager(stage: Stage) -> None:
    """Wait until all is settled, and meanwhile resume what stopped and end every wait."""

    stage.nudges = False

    def looked() -> bool:
        if not stage.is_settled():
            stage.do_now_and_then("resume_integration")
        return stage.is_settled()

    stage.until(looked, "everything is settled", 150)
    stage.nudges = True


def _peak_memory(worker: Worker) -> int:
    said = Path(f"/proc/{worker.pump()}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", said)
    assert found is not None
    return int(found[1])
