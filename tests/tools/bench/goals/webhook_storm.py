"""G12: speed of the webhook beside a bare view, and while messages are sent."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.installation import ROOT, until
from tests.tools.bench.measurement import Measurement, per_second
from tests.tools.bench.setup.consoles import Console, Consoles
from tests.tools.bench.table import Finding, at_least, at_most

PEOPLE = 2_700  # each gets three events, and a fifth of all is posted twice
WORDS = ("SENT", "DELIVERED", "READ")
CONNECTIONS = 32
LEFT = "SELECT id FROM outbound_webhookevent WHERE due_at IS NOT NULL LIMIT 1"
SLOWEST_99_MS = 500
LEAST_PER_SECOND = 300


@dataclass(frozen=True)
class Answers:
    """What the poster saw."""

    seconds: list[float]
    statuses: dict[str, int]
    took: float

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took


def of_events(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    yield from _beside_a_bare_view(measurement, consoles)
    yield from _while_sending(measurement, consoles)


def _beside_a_bare_view(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    ours: list[float] = []
    bare: list[float] = []
    count = measurement.of(6_000, 3_000)
    with consoles.console() as console:
        path, _ids = console.drive("webhook", _sent(measurement, console, 1))
        port = console.start_web()
        bare_port = console.start_web("tests.tools.bench.baselines.bare_view")
        for warming in (port, bare_port):
            _post(warming, path, _write(console, [event(f"warm-{index}", "SENT") for index in range(500)]))
        for number in measurement.repeats:
            file = _write(console, [event(f"{number}-{index}", "SENT") for index in range(count)])
            bare.append(_post(bare_port, path, file).rate)
            answers = _post(port, path, file)
            assert answers.statuses == {"200": count}, answers.statuses
            ours.append(answers.rate)
    what = f"{consoles.name}: events stored by the webhook, a second"
    yield Finding("G12", what, per_second(ours), per_second(bare), median(ours), at_least(LEAST_PER_SECOND))


def _while_sending(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    gateway = measurement.gateway
    people = measurement.of(PEOPLE, PEOPLE // 3)
    with consoles.console() as console:
        campaign = _sent(measurement, console, people)
        path, ids = console.drive("webhook", campaign)
        port = console.start_web()
        tally = gateway.new_tally()
        console.queue(measurement.of(40_000, 15_000), gateway.port, tally, how="100ms")
        sender = console.start_sender()
        gateway.wait_for(tally, 500)
        file = _write(console, _storm(ids))
        answers = _post(port, path, file)
        sending = gateway.count(tally)
        until(lambda: not console.rows(LEFT), "every event is applied", 120)
        until(lambda: gateway.count(tally) > sending > 500, "sending went on all the while")
        sender.kill()
        _assert_all_accounted_for(console, campaign, len(answers.seconds))
    milliseconds = sorted(1000 * one for one in answers.seconds)
    quick = sum(one < 1000 for one in milliseconds) / len(milliseconds)
    what = f"{consoles.name}, 100ms: {len(milliseconds):,} events while sending"
    slowest = quantiles(milliseconds, n=100)[-1]
    yield Finding(
        "G12", f"{what}: 99th percentile of the answer, ms", f"{slowest:.0f} ms", f"{answers.rate:,.0f}/s",
        slowest, at_most(SLOWEST_99_MS),
    )  # fmt: skip
    yield Finding(
        "G12", f"{what}: answered within 1 s", f"{quick:.2%}", f"slowest {milliseconds[-1]:.0f} ms",
        quick, at_least(1),
    )  # fmt: skip
    yield Finding(
        "G12", f"{what}: answered a second", f"{answers.rate:,.0f}/s", "", answers.rate,
        at_least(LEAST_PER_SECOND),
    )  # fmt: skip
    failed = len(milliseconds) - answers.statuses.get("200", 0)
    yield Finding("G12", f"{what}: answers other than 200", f"{failed}", "", failed, at_most(0))


def _sent(measurement: Measurement, console: Console, people: int) -> int:
    """Send to so many people, and return the send when all of it is accepted."""
    tally = measurement.gateway.new_tally()
    campaign = console.queue(people, measurement.gateway.port, tally, how="0ms")
    sender = console.start_sender()
    measurement.gateway.wait_for(tally, people)
    console.wait_until_settled()
    sender.end()
    return campaign


def _storm(ids: list[str]) -> list[str]:
    rng = random.Random(1)
    events = [event(external_id, word) for external_id in ids for word in WORDS]
    events += rng.choices(events, k=len(events) // 4)
    rng.shuffle(events)
    return events


def event(external_id: str, word: str) -> str:
    return json.dumps(
        {
            "id": f"{external_id}-{word}",
            "timestamp": "2026-11-25T12:00:00.000Z",
            "subscriptionId": "1f0c2f5c-8a52-4bd8-9d0f-3f0a8f9d0c11",
            "type": "MESSAGE_STATUS",
            "channel": "whatsapp",
            "message": {"id": f"zenvia-{external_id}", "externalId": external_id, "direction": "OUT"},
            "messageStatus": {"code": word, "timestamp": "2026-11-25T12:00:00.000Z", "channel": "whatsapp"},
        }
    )


def _write(console: Console, bodies: list[str]) -> Path:
    path = console.directory / "events.jsonl"
    path.write_text("\n".join(bodies))
    return path


def _post(port: int, path: str, file: Path) -> Answers:
    command = [
        sys.executable,
        "-m",
        "tests.tools.bench.setup.poster",
        str(port),
        path,
        str(file),
        str(CONNECTIONS),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return Answers(**json.loads(done.stdout))


def _assert_all_accounted_for(console: Console, campaign: int, posted: int) -> None:
    """Each event is there, once or as a counted copy, and each message is as far as its events say."""
    ((kept, copies),) = console.rows("SELECT count(*), sum(copies) FROM outbound_webhookevent")
    assert kept + copies == posted, (kept, copies, posted)
    found: dict[Any, Any] = dict(
        console.rows(
            f"SELECT status, count(*) FROM outbound_message WHERE campaign_id = {campaign} GROUP BY status"
        )
    )
    assert set(found) == {"read"}, found
