"""Signs of life, kept in the database, and the alarm when work is due and nobody is at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbound.db.sql import stored
from outbound.models import Heartbeat, WebhookEvent
from outbound.sending.limits import eligible

SENDER = "sender"
INTAKE = "intake"
OLDEST_EVENT = "oldest_event"


def beat(now: datetime, name: str = SENDER) -> None:
    """Write down that a sender, or whoever `name` says, is at work: one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, beat_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["beat_at"],
    )


def last_beat(name: str = SENDER) -> datetime | None:
    """Return when a sender, or whoever `name` says, was last at work, or None if none ever was."""
    return Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()


def alarm(now: datetime) -> str:
    """Return why somebody should look at the worker, or ""."""
    return _said(missing(now))


def alarm_after(known: Mapping[str, datetime | None], now: datetime) -> str:
    """Return the same for whoever has read both beats already, and when the OLDEST_EVENT was due.

    It asks the database only where no sender was at work lately.
    """
    then = _then(now)

    def is_silent(name: str) -> bool:
        beat_at = known[name]
        return beat_at is None or beat_at <= then

    if is_silent(SENDER) and is_due(then):
        return _said(SENDER)
    oldest = known[OLDEST_EVENT]
    return _said(INTAKE if is_silent(INTAKE) and oldest and oldest <= then else "")


def missing(now: datetime) -> str:
    """Return the name of whoever has left work undone for SENDER_SILENCE_SECONDS without a beat, or "".

    Who had nothing to do may be silent, and who was just given work has its time. It asks once, and once
    more where no sender was at work lately.
    """
    then = _then(now)
    with connection.cursor() as cursor:
        cursor.execute(_HEARD_OF, [SENDER, stored(then), INTAKE, stored(then), stored(then)])
        sender, intake, has_events = cursor.fetchone()
    if not sender and is_due(then):
        return SENDER
    return INTAKE if has_events and not intake else ""


_HEARD_OF = """
SELECT
    EXISTS (SELECT 1 FROM outbound_heartbeat WHERE name = %s AND beat_at > %s),
    EXISTS (SELECT 1 FROM outbound_heartbeat WHERE name = %s AND beat_at > %s),
    EXISTS (SELECT 1 FROM outbound_webhookevent WHERE due_at <= %s)
"""


def _then(now: datetime) -> datetime:
    return now - timedelta(seconds=settings.SENDER_SILENCE_SECONDS)


def _said(name: str) -> str:
    return str(ALARMS[name]) if name else ""


def is_due(moment: datetime) -> bool:
    """Return whether something could be sent at `moment`."""
    since = eligible.waiting_since(moment)
    return since is not None and since <= moment


def has_events(moment: datetime) -> bool:
    """Return whether an event was to be taken in at `moment` and still is."""
    return WebhookEvent.objects.filter(due_at__lte=moment).exists()


# Who is missed when silent, by what they leave undone, and what the pages then say.
HAS_WORK: dict[str, Callable[[datetime], bool]] = {SENDER: is_due, INTAKE: has_events}
ALARMS: dict[str, str | Promise] = {
    SENDER: _("Messages are due, and nobody is sending them."),
    INTAKE: _("Events have come from the gateway, and nobody is taking them in."),
}
