"""Whose launch it is: a lease on a send that is being prepared, held by a ticket and guarded by each write.

A launch is many short transactions, so that no one holds the database for long. This lease makes one of
them: senders and the history see its rows when it is over (`let_go`), or never (`take_back`).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from outbound import audit, failpoints
from outbound.audit import Verb
from outbound.db.sql import without_fsync
from outbound.db.sqlite_write_lock import write_lock
from outbound.models import Campaign, Launch, Message
from outbound.sending.installation import clone_guard

# A chunk takes a fraction of a second; whoever wrote none for so long is gone, or frozen.
LONGEST_LEASE_SECONDS = 30.0
LOCK_WAIT_SECONDS = 1.0
PAGE_SIZE = 1000


class AlreadyLaunched(Exception):
    """The draft was launched before: by the other tab, the second click, or somebody else."""


class LaunchLost(Exception):
    """A person stopped the launch, or its lease was over and somebody else has it."""


def begin(
    campaign: Campaign, *, by: User | None, now: datetime, expected: str | None, planned: int, goes_on: bool
) -> Launch:
    """Make a draft a send that is being prepared. Raises AlreadyLaunched where it is a draft no more.

    With `goes_on` it is a worker's to write, now and after any crash. Without, it is the caller's, and
    should the caller die, the draft comes back.
    """
    clone_guard.identify()  # so that a copy of what waits is known as one, though nothing was sent yet
    with transaction.atomic():
        # The guarded UPDATE goes first: it holds the row, so two clicks cannot both get past it.
        if not Campaign.objects.filter(pk=campaign.pk).begin_launch(by=by, now=now):
            raise AlreadyLaunched
        campaign.refresh_from_db()
        return Launch.objects.create(
            campaign=campaign,
            asked_at=now,
            expected=expected or "",
            planned=planned,
            goes_on=goes_on,
            ticket="" if goes_on else uuid.uuid4().hex,
            lease_until=now if goes_on else _lease(timezone.now()),
        )


def take(now: datetime) -> Launch | None:
    """Take the oldest launch that nobody holds, if there is one; of many workers one alone gets it."""
    for pk in Launch.objects.filter(lease_until__lte=now).order_by("asked_at").values_list("pk", flat=True):
        ticket = uuid.uuid4().hex
        # The lease is asked again in the UPDATE: another worker may have been faster.
        free = Launch.objects.filter(pk=pk, lease_until__lte=now)
        if free.update(ticket=ticket, lease_until=_lease(now)):
            return Launch.objects.filter(ticket=ticket).select_related("campaign").first()
    return None


def keep(launch: Launch, **progress: Any) -> None:
    """Lengthen the lease, at the beginning of a transaction that writes for it. Raises LaunchLost."""
    ours = Launch.objects.filter(pk=launch.pk, ticket=launch.ticket)
    if not ours.update(lease_until=_lease(timezone.now()), **progress):
        raise LaunchLost


def give_up(launch: Launch) -> None:
    """Let the next worker have it at once."""
    Launch.objects.filter(pk=launch.pk, ticket=launch.ticket).update(lease_until=timezone.now())


def let_go(launch: Launch, **decided: Any) -> None:
    """Make it a running send, all of whose rows are there. Call it in a transaction, after `keep`."""
    Campaign.objects.filter(pk=launch.pk).finish_launch(**decided)
    Launch.objects.filter(pk=launch.pk).delete()


def stop(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Take a launch away from whoever prepares it, for a worker to take it back. Return whether it was on."""
    theirs = Launch.objects.filter(pk=campaign.pk, withdrawn="")
    return bool(theirs.update(withdrawn=reason, withdrawn_by=by, ticket="", lease_until=now))


def take_back(launch: Launch, reason: str) -> None:
    """Delete what was written, page by page, and make it a draft again, which says why. Raises LaunchLost."""
    launch.withdrawn = launch.withdrawn or reason
    clear(launch, withdrawn=launch.withdrawn)
    with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
        keep(launch)
        Campaign.objects.filter(pk=launch.pk).undo_launch(
            reason=launch.withdrawn, by=launch.withdrawn_by, now=timezone.now()
        )
        Launch.objects.filter(pk=launch.pk).delete()
        if launch.goes_on and launch.withdrawn_by is None:  # a person who stopped it left their own entry
            changes = {"status_reason": ["", launch.withdrawn]}
            audit.record(launch.campaign, Verb.LAUNCH_TAKEN_BACK, None, changes)


def clear(launch: Launch, **progress: Any) -> None:
    """Delete the rows that were written so far, page by page. Raises LaunchLost."""
    rows = Message.objects.filter(campaign=launch.pk).order_by()
    found = True
    while found:
        with write_lock(LOCK_WAIT_SECONDS), without_fsync():
            keep(launch, written=0, **progress)
            pks = list(rows.values_list("pk", flat=True)[:PAGE_SIZE])
            # Nothing can refer to them: nobody has seen them yet.
            Message.objects.filter(pk__in=pks)._raw_delete(rows.db)
            found = bool(pks)
        failpoints.reach(failpoints.ROWS_CLEARED)


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=min(LONGEST_LEASE_SECONDS, settings.SENDER_LEASE_SECONDS))
