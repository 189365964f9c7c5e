"""Heartbeats of the sender and the webhook intake, and the alarm when work is due and they are silent."""

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
    """Store that the sender, or the loop called `name`, is working. One statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, beat_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["beat_at"],
    )


def last_beat(name: str = SENDER) -> datetime | None:
    """Return the last heartbeat of the sender, or of the loop called `name`; None if there was none."""
    return Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()


def alarm(now: datetime) -> str:
    """Return what is wrong with the worker, as text for people, or ""."""
    return _text(missing(now))


def alarm_after(known: Mapping[str, datetime | None], now: datetime) -> str:
    """Return the same from heartbeats already read, and the due time of the OLDEST_EVENT.

    It queries only where the sender's heartbeat is old.
    """
    limit = _silence_began(now)

    def is_silent(name: str) -> bool:
        beat_at = known[name]
        return beat_at is None or beat_at <= limit

    if is_silent(SENDER) and is_due(limit):
        return _text(SENDER)
    oldest = known[OLDEST_EVENT]
    return _text(INTAKE if is_silent(INTAKE) and oldest and oldest <= limit else "")


def missing(now: datetime) -> str:
    """Return the name of the loop with due work and no heartbeat for SENDER_SILENCE_SECONDS, or "".

    One query, and a second one where the sender's heartbeat is old.
    """
    limit = _silence_began(now)
    with connection.cursor() as cursor:
        cursor.execute(_RECENT_HEARTBEATS, [SENDER, stored(limit), INTAKE, stored(limit), stored(limit)])
        sender, intake, has_events = cursor.fetchone()
    if not sender and is_due(limit):
        return SENDER
    return INTAKE if has_events and not intake else ""


_RECENT_HEARTBEATS = """
SELECT
    EXISTS (SELECT 1 FROM outbound_heartbeat WHERE name = %s AND beat_at > %s),
    EXISTS (SELECT 1 FROM outbound_heartbeat WHERE name = %s AND beat_at > %s),
    EXISTS (SELECT 1 FROM outbound_webhookevent WHERE due_at <= %s)
"""


def _silence_began(now: datetime) -> datetime:
    return now - timedelta(seconds=settings.SENDER_SILENCE_SECONDS)


def _text(name: str) -> str:
    return str(ALARMS[name]) if name else ""


def is_due(moment: datetime) -> bool:
    """Return whether something could be sent at `moment`."""
    since = eligible.waiting_since(moment)
    return since is not None and since <= moment


def has_events(moment: datetime) -> bool:
    """Return whether an event due at `moment` is still unprocessed."""
    return WebhookEvent.objects.filter(due_at__lte=moment).exists()


# Whether a silent loop has work, and what the pages then say.
HAS_WORK: dict[str, Callable[[datetime], bool]] = {SENDER: is_due, INTAKE: has_events}
ALARMS: dict[str, str | Promise] = {
    SENDER: _("Messages are due, and nobody is sending them."),
    INTAKE: _("Events have come from the gateway, and nobody is taking them in."),
}
