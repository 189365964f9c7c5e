"""Steps of a measurement that happen inside a console: `python -m tests.tools.bench.setup.driver STEP ...`.

Each step is a process of its own and writes one JSON value.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.models import OrmQ, Schedule  # noqa: E402

from outbound import tasks  # noqa: E402
from outbound.lifecycle import CampaignKind  # noqa: E402
from outbound.management import demo  # noqa: E402
from outbound.models import Campaign, Integration, Message, Recipient, Template  # noqa: E402
from outbound.reports import daily_counts  # noqa: E402
from outbound.sending.control import campaigns  # noqa: E402
from outbound.sending.planning.launch import launch as launch_draft  # noqa: E402
from outbound.webhooks import secrets  # noqa: E402
from tests.tools.bench.baselines import task_per_message  # noqa: E402
from tests.tools.bench.setup import history as lived  # noqa: E402

BLOCK = "+55119001"
TEMPLATE = "Cobrança amigável"
FIELDS = {"name": "{{name}}", "value": "R$ 1670,00"}
NAMES = [name.split()[0] for name in demo.PEOPLE]


def people(number: str) -> int:
    """Save that many people, beside those of the demo."""
    phones = [f"{BLOCK}{index:05}" for index in range(int(number))]
    rows = (
        Recipient(phone=phone, phone_key=phone, name=NAMES[index % len(NAMES)])
        for index, phone in enumerate(phones)
    )
    return len(Recipient.objects.bulk_create(rows, batch_size=5000))


def compose(number: str, address: str, how: str, tally: str, per_second: str = "0") -> int:
    """Save a draft to the first so many people, through an integration that leads to the sink."""
    integration = Integration.objects.create(
        name=tally,
        base_url=address,
        slug=how,
        remote_id=tally,
        token="bench-token",
        per_second=int(per_second) or None,
    )
    campaign = Campaign.objects.create(
        kind=CampaignKind.TEMPLATE,
        integration=integration,
        template=Template.objects.get(name=TEMPLATE),
        fields=FIELDS,
    )
    chosen = Recipient.objects.filter(phone__startswith=BLOCK).order_by("phone")[: int(number)]
    link = Campaign.recipients.through
    link.objects.bulk_create(
        (link(campaign=campaign, recipient_id=pk) for pk in chosen.values_list("pk", flat=True)),
        batch_size=5000,
    )
    return campaign.pk


def launch(campaign: str) -> dict[str, float]:
    """Launch a draft and wake the sender; report how long it took, and the memory it took beyond what
    the process had before."""
    draft = Campaign.objects.get(pk=campaign)
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    before = _memory_mb("VmRSS")
    started = time.perf_counter()
    launched = launch_draft(draft, by=None, now=timezone.now())
    seconds = time.perf_counter() - started
    extra = _memory_mb("VmHWM") - before
    tasks.wake()
    return {"queued": launched.queued, "seconds": seconds, "extra_mb": extra}


def enqueue() -> int:
    """Make a task of its own of each queued message, and of nothing else."""
    OrmQ.objects.all().delete()
    Schedule.objects.all().delete()
    return task_per_message.enqueue()


def pause(campaign: str) -> tuple[float, float]:
    """Pause a send; return when that was asked for, and when it was committed."""
    running, operator = Campaign.objects.get(pk=campaign), _operator()
    asked = time.monotonic()
    campaigns.pause(running, reason="bench", by=operator, now=timezone.now())
    return asked, time.monotonic()


def webhook(campaign: str) -> tuple[str, list[str]]:
    """Make a secret for a send's integration; return the path it opens, and the send's external ids."""
    integration = Campaign.objects.get(pk=campaign).integration
    assert integration is not None
    secret = secrets.rotate(integration, by=None, now=timezone.now())
    ids = Message.objects.filter(campaign=campaign).values_list("external_id", flat=True)
    return f"/hooks/zenvia/{integration.pk}/{secret}/", list(ids)


def session() -> str:
    """Sign the operator in and return the session's key."""
    client = Client()
    client.force_login(_operator())
    return client.cookies["sessionid"].value


def history(messages: str) -> int:
    """Multiply the one message that was sent into so many, each with its attempt."""
    return lived.multiply(int(messages))


def past(messages: str) -> int:
    """Write a past of so many messages as they come to be, and count its days as the worker does."""
    total, now = lived.live(int(messages)), timezone.now()
    for days in range(lived.DAYS + 1):
        daily_counts.recount(timezone.localdate(now) - timedelta(days=days), now)
    return total


def _operator() -> User:
    return User.objects.get(username=demo.USERNAME)


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


if __name__ == "__main__":
    steps: dict[str, Any] = {
        step.__name__: step
        for step in (people, compose, launch, enqueue, pause, session, history, past, webhook)
    }
    sys.stdout.write(json.dumps(steps[sys.argv[1]](*sys.argv[2:])))
