"""Sending in an installation, and the checks that hold after any fault."""

from __future__ import annotations

import json
from collections import Counter

from tests.installation import Installation, until
from tests.tools.faults.checker import examine

DEMO = ("--integration", "demo", "--template", "boas-vindas")


def send(installation: Installation, people: int, first: int = 5000) -> int:
    """Send to that many people and return the campaign's number."""
    return send_to(installation, *(f"1190000{number}" for number in range(first, first + people)))


def send_to(installation: Installation, *numbers: str) -> int:
    """Send to these numbers, in this order, and return the campaign's number."""
    done = installation.manage("send", *DEMO, "--to", *numbers)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["planned"] == len(numbers)
    return int(report["campaign"])


def statuses(installation: Installation) -> Counter[str]:
    return Counter(dict(installation.rows("SELECT status, count(*) FROM outbound_message GROUP BY status")))


def wait_for_requests(installation: Installation, least: int) -> None:
    until(lambda: installation.requests() >= least, f"{least} requests at the gateway")


def wait_until_settled(installation: Installation, seconds: float = 40) -> None:
    """Wait until nothing is queued and nothing under way."""

    def settled() -> bool:
        left = statuses(installation)
        return not left["queued"] and not left["sending"]

    until(settled, "everything is settled", seconds)


def check(installation: Installation, people: int) -> Counter[str]:
    """Assert that nobody got it twice and nobody is missing; return how many are in each state."""
    found = examine(installation, people)

    assert found.breaches == []
    return found.statuses
