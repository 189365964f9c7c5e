"""G6: time of every history page with a long history, beside a short one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from statistics import median
from urllib.parse import quote

from tests.tools.bench.measurement import Measurement
from tests.tools.bench.setup.consoles import Console, Consoles
from tests.tools.bench.table import Finding, at_most

LONG, SHORT = 1_000_000, 1_000
HISTORY, INBOX = "/admin/outbound/message/", "/admin/outbound/webhookevent/"


def through_a_long_past(measurement: Measurement, consoles: Consoles) -> Iterator[Finding]:
    """Alternated in one run; both consoles show as many rows on each page."""
    long, visits = measurement.of(LONG, LONG // 5), measurement.of(40, 15)
    with consoles.console() as old, consoles.console() as new:
        _live_through(measurement, old, long)
        _live_through(measurement, new, SHORT)
        readers = [_Reader(console) for console in (old, new)]
        for name in readers[0].addresses:
            slow, quick = _times(readers, name, visits)
            yield Finding(
                "G6",
                f"{consoles.name}: {name}, {long:,} messages ÷ {SHORT:,}",
                f"{slow:.0f} ms",
                f"{quick:.0f} ms",
                slow / quick,
                # Who looks at one send of a million people has its rows counted, each time.
                None if name == "send" else at_most(1.5),
            )


class _Reader:
    """An operator's browser at one console, and where it goes."""

    def __init__(self, console: Console) -> None:
        self._connection = HTTPConnection("127.0.0.1", console.start_web(), timeout=60)
        self._headers = {"Cookie": f"sessionid={console.drive('session')}"}
        self.addresses = _addresses(console)

    def visit(self, name: str) -> float:
        """Return the milliseconds that a page took."""
        started = time.perf_counter()
        self._connection.close()  # kept alive, it would end while the other console answers
        self._connection.request("GET", self.addresses[name], headers=self._headers)
        response = self._connection.getresponse()
        response.read()
        assert response.status == 200, (name, self.addresses[name], response.status)
        return (time.perf_counter() - started) * 1000


def _times(readers: list[_Reader], name: str, visits: int) -> tuple[float, float]:
    for reader in readers:
        for _warming in range(4):
            reader.visit(name)
    pairs = [[reader.visit(name) for reader in readers] for _visit in range(visits)]
    slow, quick = (median(times) for times in zip(*pairs, strict=True))
    return slow, quick


def _addresses(console: Console) -> dict[str, str]:
    """Name each page; what is searched for lies in the middle of the history."""
    ((pk, phone, external_id, gateway_id, campaign, integration),) = console.rows(
        "SELECT id, phone, external_id, gateway_message_id, campaign_id, integration_id "
        "FROM outbound_message ORDER BY id LIMIT 1 OFFSET 500"
    )
    statuses = ("accepted", "read", "undelivered", "refused")
    searches = {"number": phone, "first digits": "21 98", "external id": external_id, "id": gateway_id}
    searches |= {"nothing": "nothing-like-it"}
    return {
        "home": "/admin/",
        "reports": "/admin/reports/",
        "first page": HISTORY,
        "next page": f"{HISTORY}?p=2",
        **{f"status {status}": f"{HISTORY}?status__exact={status}" for status in statuses},
        "integration": f"{HISTORY}?integration__id__exact={integration}",
        "integration and status": f"{HISTORY}?integration__id__exact={integration}&status__exact=read",
        "one send": f"{HISTORY}?campaign__id__exact={campaign}",
        "one send, refused": f"{HISTORY}?campaign__id__exact={campaign}&status__exact=refused",
        **{f"date {when}": f"{HISTORY}?when={when}" for when in ("today", "7", "30")},
        "a week, refused": f"{HISTORY}?when=7&status__exact=refused",
        **{f"search {name}": f"{HISTORY}?q={quote(text)}" for name, text in searches.items()},
        "message": f"{HISTORY}{pk}/change/",
        "send": f"/admin/outbound/campaign/{campaign}/change/",
        "in doubt": f"{HISTORY}doubts/",
        "inbox": INBOX,
        "inbox, one state": f"{INBOX}?state__exact=applied",
    }


def _live_through(measurement: Measurement, console: Console, messages: int) -> None:
    tally = measurement.gateway.new_tally()
    console.queue(1, measurement.gateway.port, tally, how="0ms")
    sender = console.start_sender()
    measurement.gateway.wait_for(tally, 1)
    console.wait_until_settled()
    sender.end()
    console.drive("past", messages)
