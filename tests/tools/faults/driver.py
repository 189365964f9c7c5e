"""The person at the console, as one process: JSON commands on standard input do what the pages do.

Each line is `{"do": <name>, ...}`; each is answered by one line, `{"done": <value>}` or `{"failed": <why>}`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from outbound import tasks  # noqa: E402
from outbound.lifecycle import CampaignKind  # noqa: E402
from outbound.models import Campaign, Integration, Template, Throttle  # noqa: E402
from outbound.sending.control import campaigns  # noqa: E402
from outbound.sending.planning import launch  # noqa: E402
from outbound.sending.planning.plan import plan  # noqa: E402

REASON = "A test of faults"


def send(numbers: list[str], *, first_wave: bool = False, wake_ups: int = 1) -> int:
    """Launch one send and return its number; every wake-up beyond the first is one that came twice."""
    campaign = _draft(numbers, first_wave=first_wave)
    launched = tasks.launch_and_wake(campaign, by=_operator())
    assert launched.queued == len(numbers)
    wake(wake_ups - 1)
    return int(campaign.pk)


def begin(numbers: list[str]) -> int:
    """Leave the launch of one send to the workers, as the page does with a large one; return its number."""
    campaign = _draft(numbers)
    launch.launch_in_background(campaign, by=_operator(), now=timezone.now(), expected=plan(campaign).digest)
    return int(campaign.pk)


def pause(campaign: int) -> float:
    """Return the moment at which the pause was committed."""
    campaigns.pause(_campaign(campaign), reason=REASON, by=_operator(), now=timezone.now())
    return time.time()


def resume(campaign: int) -> float:
    """Return the moment before anything was allowed again."""
    before = time.time()
    campaigns.resume(_campaign(campaign), reason=REASON, by=_operator(), now=timezone.now())
    wake()
    return before


def cancel(campaign: int) -> float:
    """Return the moment at which the end was committed."""
    campaigns.cancel(_campaign(campaign), reason=REASON, by=_operator(), now=timezone.now())
    return time.time()


def pause_integration() -> float:
    """Return the moment at which the pause was committed."""
    Integration.objects.pause(reason=REASON, by=_operator(), now=timezone.now())
    return time.time()


def resume_integration() -> float:
    """Return the moment before anything was allowed again."""
    before = time.time()
    Integration.objects.resume(reason="", by=_operator(), now=timezone.now())
    try_again_now()
    return before


def replace_token(token: str) -> None:
    """Enter a new token; an integration that was stopped stays so."""
    _integration().replace_token(token, by=_operator(), now=timezone.now())


def try_again_now() -> None:
    """End a wait that the gateway asked for or earned, as a manager may."""
    Throttle.objects.update(held_until=None, hold="", outages=0, trips=0)
    wake()


def wake(times: int = 1) -> None:
    """Do what the schedule does each minute."""
    for _ in range(times):
        tasks.wake()


COMMANDS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb
    for verb in (
        send, begin, pause, resume, cancel, pause_integration, resume_integration, replace_token,
        try_again_now, wake,
    )
}  # fmt: skip


def _draft(numbers: list[str], *, first_wave: bool = False) -> Campaign:
    return Campaign.objects.create(
        kind=CampaignKind.TEMPLATE,
        integration=_integration(),
        template=Template.objects.get(template_id="boas-vindas"),
        numbers="\n".join(numbers),
        first_wave=first_wave,
    )


def _campaign(number: int) -> Campaign:
    return Campaign.objects.get(pk=number)


def _integration() -> Integration:
    return Integration.objects.get(slug="demo")


def _operator() -> User:
    return User.objects.get(username="operator")


def _obey(line: str) -> dict[str, Any]:
    order = json.loads(line)
    close_old_connections()  # the database may have been away since the last order
    try:
        return {"done": COMMANDS[order.pop("do")](**order)}
    except Exception as error:  # the harness decides, and the driver goes on
        return {"failed": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_obey(line)) + "\n")
        sys.stdout.flush()
