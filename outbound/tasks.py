"""The clock: the only file that knows django-q2. A task carries no data; the rows are the work."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_q.conf import Conf
from django_q.tasks import async_task

from outbound.models import Campaign
from outbound.sending.engine.sender import Sender
from outbound.sending.engine.signals import asked_by_signal
from outbound.sending.limits import eligible
from outbound.sending.planning.launch import Launched, launch

PUMP = "outbound.tasks.pump"
PUMP_SECONDS = 20.0
# Something that the next pump would live to see is worth that pump at once; for later things pumps
# would only chase each other, so those wait until the worker sees that they are due.
SOON = timedelta(seconds=PUMP_SECONDS)


def launch_and_wake(campaign: Campaign, *, by: User | None, expected: str | None = None) -> Launched:
    """Launch a draft and wake the sender. Raises as `launch` does."""
    launched = launch(campaign, by=by, now=timezone.now(), expected=expected)
    # Outside a transaction the launch is committed, and an error would make people send it again.
    with nullcontext() if connection.in_atomic_block else suppress(DatabaseError):
        wake()
    return launched


def wake() -> None:
    """Ask for a pump. Harmless any number of times; lost, it costs the seconds until the worker looks."""
    if Conf.ORM:
        async_task(PUMP)  # a row in our own database, committed with whatever is being written
    else:
        # Robust: what was to be sent is committed by then, and an error would make people send it again.
        transaction.on_commit(lambda: async_task(PUMP), robust=True)


def pump() -> int:
    """Send what is due for a bounded time. Harmless when run twice, late, or never."""
    with asked_by_signal() as stop:
        # The next pump is asked for a moment before this one ends, so that it begins at once.
        sent = Sender(seconds=PUMP_SECONDS, slots=settings.SENDER_SLOTS, stop=stop, nearly_over=wake).run()
    now = timezone.now()
    moment = eligible.next_due_at(now)
    if moment and moment < now + SOON and not stop.is_set():
        wake()
    return sent
