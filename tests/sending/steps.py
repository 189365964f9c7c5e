"""The steps of the walk as a test takes them, and what many senders do at once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any, TypeVar

from django.db import connections, transaction
from django.utils import timezone

from outbound.gateways.base import Accepted, GatewayError
from outbound.models import Campaign, Integration, Message
from outbound.sandbox.http.server import SandboxServer
from outbound.sending.engine.claim import ClaimedMessage, claim
from outbound.sending.engine.deliver import Delivered
from outbound.sending.engine.record import record
from outbound.sending.engine.sender import Sender
from outbound.sending.planning.launch import launch
from tests.builders import a_campaign, a_template, an_integration

Result = TypeVar("Result")
ACCEPTED = Accepted(
    status="pending", message_id="77", contact_id="88", http_status=200, answer='{"status":"pending"}'
)

_numbers = count()
BLOCK = 5000


def some_numbers(how_many: int) -> list[str]:
    """Return numbers of no block that was given out, with no ending that the sandbox reacts to."""
    return [_number(next(_numbers)) for _ in range(how_many)]


def _number(place: int) -> str:
    block, ending = divmod(place, BLOCK)
    return f"+55119{block:04}{BLOCK + ending}"


def a_draft(people: int = 1, **values: Any) -> Campaign:
    defaults = {"template": a_template(body="Hello."), "numbers": "\n".join(some_numbers(people))}
    integration = values.pop("integration", None) or an_integration()
    return a_campaign(**(defaults | {"integration": integration} | values))


def a_launched(people: int = 1, **values: Any) -> Campaign:
    return launch(a_draft(people, **values), by=None, now=timezone.now()).campaign


def claimed(limit: int = 100, now: datetime | None = None) -> list[ClaimedMessage]:
    with transaction.atomic():
        return claim(lambda _integration_id: limit, now or timezone.now()).messages


def recorded(
    one: ClaimedMessage, result: Accepted | GatewayError, now: datetime | None = None, *, rng: int = 7
) -> Message:
    """Record one result and return its message as it is now."""
    with transaction.atomic():
        record([Delivered(one, result, 12)], now or timezone.now(), random.Random(rng))
    return Message.objects.get(pk=one.message_id)


def integrated(gateway: SandboxServer, **values: Any) -> Integration:
    return an_integration(base_url=f"http://127.0.0.1:{gateway.port}/zenvia", **values)


def run_once(slots: int = 4, **options: Any) -> int:
    return Sender(**({"seconds": 30, "slots": slots, "linger": False} | options)).run()


def statuses() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


def later(**much: float) -> datetime:
    return timezone.now() + timedelta(**much)


def at_once(how_many: int, work: Callable[[], Result]) -> list[Result | Exception]:
    """Do the same in many threads that start together; return what each returned or raised."""
    barrier = Barrier(how_many)

    def one() -> Result | Exception:
        try:
            barrier.wait()
            return work()
        except Exception as error:  # noqa: BLE001 - handed to the test, which says what it expects
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(how_many) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(how_many)]]


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.002)
