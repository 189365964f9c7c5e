"""How the sandbox responds, chosen by the last four digits of the destination."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from gzip import compress

from outbound.sandbox.contract.contract import Verdict
from outbound.sandbox.playback import answers
from outbound.sandbox.playback.answers import HTML_TYPE, JSON_TYPE, Headers, Receipt

LARGE_BODY_BYTES = 1024 * 1024
HUGE_BODY_BYTES = 200 * 1024 * 1024
MANY_HEADERS = tuple((f"X-Header-{number}", "x") for number in range(300))
RETRY_AFTER = ("Retry-After", "5")
ELSEWHERE = ("Location", "/elsewhere")
# About the caller and the address, so they come before the check of the body.
BEFORE_THE_CONTRACT = frozenset({"0401", "0403", "0404"})


class Delivery(Enum):
    """How a response is sent, or not."""

    WHOLE = "at once"
    LATE = "late"
    TRUNCATED = "cut in the body"
    DRIP = "byte by byte"
    RESET = "connection reset"
    CLOSE = "connection closed"
    HALF_CLOSE = "sending side closed"
    HANG = "silence"
    PADDED = "blanks up to its length"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One response. `taken`: whether the real gateway would now send the WhatsApp message.

    `tries`: how many requests for a destination get it, before the next one is accepted. `length` is a
    Content-Length other than that of the body. `now` returns headers that depend on the time.
    """

    name: str
    status: int | None
    taken: bool
    description: str
    body: Callable[[Receipt], bytes] = answers.receipt
    headers: Headers = (JSON_TYPE,)
    delivery: Delivery = Delivery.WHOLE
    tries: int | None = None
    length: int | None = None
    now: Callable[[], Headers] = tuple

    def answer(self, receipt: Receipt) -> bytes:
        """Return the whole response, empty when none is sent."""
        if self.status is None:
            return b""
        return answers.http(self.status, self.body(receipt), self.headers + self.now(), self.length)


def scenario_for(verdict: Verdict, *, ordered: str | None = None, seen: int = 0) -> Scenario:
    """Return the scenario for a request: the one ordered for all, or the one of its destination.

    `seen` counts the earlier requests for that destination. A request that breaks the contract is refused.
    """
    asked = SCENARIOS.get(ordered or (verdict.destination or "")[-4:], NORMAL)
    if asked.tries is not None and seen >= asked.tries:
        asked = replace(NORMAL, name=asked.name)
    if verdict.kept or asked.name in BEFORE_THE_CONTRACT:
        return asked
    headers = (JSON_TYPE, ("Allow", "POST")) if verdict.status == 405 else (JSON_TYPE,)
    body = answers.error(verdict.code, verdict.message, verdict.problems)
    return Scenario("contract", verdict.status, False, verdict.message, lambda _: body, headers)


def table() -> str:
    """Return the endings as lines of text, for `--help`."""
    lines = [f"  {s.name}  {'taken' if s.taken else '-':<6} {s.description}" for s in SCENARIOS.values()]
    return "\n".join(["Magic endings of the destination (taken: the real gateway would send it):", *lines])


def _failing(name: str, status: int, code: str, description: str, *extra: tuple[str, str]) -> Scenario:
    body = answers.error(code, f"Played by the sandbox: {description}")
    return Scenario(name, status, False, f"{status} {description}", lambda _: body, (JSON_TYPE, *extra))


def _failures() -> Iterator[Scenario]:
    yield _failing("0301", 301, "MOVED", "moved permanently, to /elsewhere", ELSEWHERE)
    yield _failing("0302", 302, "MOVED", "found at /elsewhere", ELSEWHERE)
    yield _failing("0303", 303, "MOVED", "see /elsewhere", ELSEWHERE)
    yield _failing("0307", 307, "MOVED", "moved for now, to /elsewhere", ELSEWHERE)
    yield _failing("0308", 308, "MOVED", "moved for good, to /elsewhere", ELSEWHERE)
    yield _failing("0400", 400, "VALIDATION_ERROR", "refused as badly formed")
    yield _failing("0401", 401, "AUTHENTICATION_ERROR", "token refused, before the contract is checked")
    yield _failing("0403", 403, "FORBIDDEN", "forbidden, before the contract is checked")
    yield _failing("0404", 404, "NOT_FOUND", "no such integration, before the contract is checked")
    yield _failing("0405", 405, "METHOD_NOT_ALLOWED", "method not allowed", ("Allow", "GET"))
    yield _failing("0408", 408, "REQUEST_TIMEOUT", "request timeout")
    yield _failing("0409", 409, "DUPLICATED", "duplicated")
    yield _failing("0410", 410, "GONE", "integration gone")
    yield _failing("0413", 413, "PAYLOAD_TOO_LARGE", "body too large")
    yield _failing("0415", 415, "UNSUPPORTED_MEDIA_TYPE", "content type refused")
    yield _failing("0422", 422, "VALIDATION_ERROR", "content refused")
    yield _failing("0425", 425, "TOO_EARLY", "too early")
    yield _failing("0429", 429, "TOO_MANY_REQUESTS", "too many requests, Retry-After: 5", RETRY_AFTER)
    yield _failing("0500", 500, "INTERNAL_ERROR", "internal error")
    yield _failing("0502", 502, "BAD_GATEWAY", "bad gateway")
    yield _failing("0503", 503, "UNAVAILABLE", "unavailable, without Retry-After")
    yield _failing("0504", 504, "GATEWAY_TIMEOUT", "gateway timeout")
    yield _failing("0505", 503, "UNAVAILABLE", "unavailable, Retry-After: 5", RETRY_AFTER)


def _broken_connections() -> Iterator[Scenario]:
    yield Scenario("0600", None, False, "connection reset after the body was read", delivery=Delivery.RESET)
    yield Scenario("0601", None, True, "the same reset, but taken", delivery=Delivery.RESET)
    yield Scenario("0602", None, True, "closed without an answer", delivery=Delivery.CLOSE)
    yield Scenario("0603", None, True, "half-closed, then closed", delivery=Delivery.HALF_CLOSE)
    yield Scenario("0604", None, True, "closed without an answer, nor any event", delivery=Delivery.CLOSE)


def _odd_answers() -> Iterator[Scenario]:
    def odd(name: str, description: str, body: Callable[[Receipt], bytes]) -> Scenario:
        return Scenario(name, 200, True, f"200 {description}", body)

    yield replace(odd("0610", "with HTML", lambda _: b"<html><body>OK</body></html>"), headers=(HTML_TYPE,))
    yield odd("0611", "with an empty body", lambda _: b"")
    yield replace(
        odd("0612", "with JSON cut short, then closed", answers.receipt), delivery=Delivery.TRUNCATED
    )
    yield odd(
        "0613", "with another external_id", lambda r: answers.receipt(replace(r, external_id="another"))
    )
    yield odd("0614", "with an empty array", lambda _: b"[]")
    yield odd("0615", "with a NaN in the JSON", lambda r: _with_nan(answers.receipt(r)))
    yield odd("0616", "with an unknown status word", lambda r: answers.receipt(r, status="pondering"))
    yield odd("0617", "with a body of 1 MiB", lambda r: answers.receipt(r).ljust(LARGE_BODY_BYTES))
    yield replace(
        odd("0618", "with a body of 200 MiB", answers.receipt),
        length=HUGE_BODY_BYTES,
        delivery=Delivery.PADDED,
    )
    yield replace(odd("0619", "with 300 headers", answers.receipt), headers=(JSON_TYPE, *MANY_HEADERS))
    yield replace(
        odd("0630", "compressed with gzip", lambda r: compress(answers.receipt(r))),
        headers=(JSON_TYPE, ("Content-Encoding", "gzip")),
    )


def _slow_answers() -> Iterator[Scenario]:
    yield Scenario("0620", 200, True, "200 after 2 s", delivery=Delivery.LATE)
    yield Scenario("0621", None, True, "no answer, 120 s or until the client leaves", delivery=Delivery.HANG)
    yield Scenario("0622", 200, True, "200, one byte each 250 ms", delivery=Delivery.DRIP)


def _only_at_first() -> Iterator[Scenario]:
    def at_first(name: str, like: Scenario, tries: int, retry_after: str) -> Scenario:
        description = f"{like.status}, Retry-After: {retry_after}; {tries}×, then taken"
        headers = (JSON_TYPE, ("Retry-After", retry_after))
        return replace(like, name=name, description=description, headers=headers, tries=tries)

    busy = _failing("0429", 429, "TOO_MANY_REQUESTS", "too many requests")
    yield at_first("0640", busy, 2, "1")
    yield replace(at_first("0641", busy, 1, "a date, 2 s ahead"), headers=(JSON_TYPE,), now=_in_two_seconds)
    yield at_first("0642", busy, 1, "-1")
    yield at_first("0643", busy, 1, "abc")
    yield at_first("0644", _failing("0505", 503, "UNAVAILABLE", "unavailable"), 2, "1")


def _in_two_seconds() -> Headers:
    return (("Retry-After", format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)),)


def _with_nan(receipt: bytes) -> bytes:
    return receipt.removesuffix(b"}") + b', "cost": NaN}'


NORMAL = Scenario("normal", 200, True, "200 pending")
_TABLE = (
    replace(NORMAL, name="0200"),
    *_failures(),
    *_broken_connections(),
    *_odd_answers(),
    *_slow_answers(),
    *_only_at_first(),
)
SCENARIOS = {scenario.name: scenario for scenario in _TABLE}
