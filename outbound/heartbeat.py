"""The sender's sign of life, kept in the database, and the alarm when work is due and nobody is at it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from outbound.models import Heartbeat
from outbound.sending import lanes

SENDER = "sender"
INTAKE = "intake"


def beat(now: datetime, name: str = SENDER) -> None:
    """Write down that a sender, or whoever `name` says, is at work: one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, beat_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["beat_at"],
    )


def last_beat() -> datetime | None:
    """Return when a sender was last at work, or None if none ever was."""
    return Heartbeat.objects.filter(name=SENDER).values_list("beat_at", flat=True).first()


def alarm(now: datetime) -> str:
    """Return why somebody should look at the sender, or "".

    It speaks when for SENDER_SILENCE_SECONDS something could have been sent and no sender was at work:
    a sender that had nothing to do may be silent, and one that was just given work has its time.
    """
    return alarm_after(last_beat(), now)


def alarm_after(beat_at: datetime | None, now: datetime) -> str:
    """Return the same for whoever has read the last beat already."""
    then = now - timedelta(seconds=settings.SENDER_SILENCE_SECONDS)
    if beat_at and beat_at > then:
        return ""
    return _("Messages are due, and nobody is sending them.") if is_due(then) else ""


def is_due(moment: datetime) -> bool:
    """Return whether something could be sent at `moment`."""
    since = lanes.waiting_since(moment)
    return since is not None and since <= moment
