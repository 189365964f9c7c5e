"""What must hold in every installation after whatever was done to it."""

from __future__ import annotations

import json
from collections import Counter

from tests.installation import Installation, until

DEMO = ("--integration", "demo", "--template", "boas-vindas")


def send(installation: Installation, people: int, first: int = 5000) -> int:
    """Send to that many people and return the campaign's number."""
    numbers = [f"1190000{number}" for number in range(first, first + people)]
    done = installation.manage("send", *DEMO, "--to", *numbers)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["planned"] == people
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
    lines = installation.ledger()
    taken = Counter(line["destination"] for line in lines if line["taken"])
    ids = Counter(line["external_id"] for line in lines)
    rows = installation.rows("SELECT phone, status FROM outbound_message")
    attempts = Counter(
        installation.rows(
            "SELECT message_id, 1 FROM outbound_attempt WHERE outcome IN ('open', 'accepted', 'ambiguous')"
        )
    )
    known = {external_id for (external_id,) in installation.rows("SELECT external_id FROM outbound_attempt")}
    by_status = {status: {phone[3:] for phone, its in rows if its == status} for _phone, status in rows}

    assert not [one for one, times in taken.items() if times > 1], "somebody got it twice"
    assert not [one for one, times in ids.items() if times > 1], "an external id went out twice"
    assert len(rows) == people, "somebody is missing"
    assert set(ids) <= known, "a request left without a mark"
    assert not [one for one, times in attempts.items() if times > 1], "two calls may have left"
    assert by_status.get("accepted", set()) <= set(taken), "accepted, and never received"
    assert not by_status.get("queued", set()) & set(taken), "received, and queued again"
    assert not by_status.get("refused", set()) & set(taken), "received, and called refused"
    return Counter(status for _phone, status in rows)
