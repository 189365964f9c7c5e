"""Starts the sender through django-q2, whose tasks carry no data: the rows say what is to be done."""

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
# The next pump starts at once if something becomes due while it would run. Otherwise pumps would follow each
# other in vain, so the worker waits until it finds something due.
SOON = timedelta(seconds=PUMP_SECONDS)


def launch_and_wake(campaign: Campaign, *, by: User | None, expected: str | None = None) -> Launched:
    """Launch a draft and wake the sender. Raises as `launch` does."""
    launched = launch(campaign, by=by, now=timezone.now(), expected=expected)
    # Outside a transaction the launch is committed, and an error would make people send it again.
    with nullcontext() if connection.in_atomic_block else suppress(DatabaseError):
        wake()
    return launched


def wake() -> None:
    """Queue a pump. More of them do no harm, and a lost one delays sending until the worker polls."""
    if Conf.ORM:
        async_task(PUMP)  # a row of the database, committed with the current transaction
    else:
        # The messages are committed by then, and after an error a person would send them again.
        transaction.on_commit(lambda: async_task(PUMP), robust=True)


def pump() -> int:
    """Send what is due for PUMP_SECONDS; return how many messages. Harmless when run twice, late or never."""
    with asked_by_signal() as stop:
        # The next pump is queued shortly before this one ends, so that it starts at once.
        sent = Sender(seconds=PUMP_SECONDS, slots=settings.SENDER_SLOTS, stop=stop, nearly_over=wake).run()
    now = timezone.now()
    moment = eligible.next_due_at(now)
    if moment and moment < now + SOON and not stop.is_set():
        wake()
    return sent
