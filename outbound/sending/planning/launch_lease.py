"""The lease on a launch: which process writes its messages.

A launch is many short transactions, so that none holds the database for long. Each of them renews the
lease, which the process may have lost. Senders and the history see the messages only when it is complete.
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

# A batch takes a fraction of a second: a process that wrote none for so long is dead or frozen.
LONGEST_LEASE_SECONDS = 30.0
LOCK_WAIT_SECONDS = 1.0
PAGE_SIZE = 1000


class AlreadyLaunched(Exception):
    """The draft was launched before: in another tab, by a second click, or by another person."""


class LaunchLost(Exception):
    """A person stopped the launch, or its lease expired and another process took it."""


def begin(
    campaign: Campaign, *, by: User | None, now: datetime, expected: str | None, planned: int, goes_on: bool
) -> Launch:
    """Begin the launch of a draft. Raises AlreadyLaunched where it is no draft any more.

    With `goes_on` a worker carries it out, also after a crash. Without, the caller holds the lease, and
    the send becomes a draft again if the caller dies.
    """
    clone_guard.identify()  # a copy of this database must be recognised even if nothing was sent yet
    with transaction.atomic():
        # The guarded UPDATE comes first: it locks the row, so only one of two clicks gets past it.
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
            lease_until=now if goes_on else _lease_end(timezone.now()),
        )


def take(now: datetime) -> Launch | None:
    """Take the lease of the oldest launch that no process holds; of several workers only one gets it."""
    for pk in Launch.objects.filter(lease_until__lte=now).order_by("asked_at").values_list("pk", flat=True):
        ticket = uuid.uuid4().hex
        # The UPDATE checks the lease again: another worker may have been faster.
        free = Launch.objects.filter(pk=pk, lease_until__lte=now)
        if free.update(ticket=ticket, lease_until=_lease_end(now)):
            return Launch.objects.filter(ticket=ticket).select_related("campaign").first()
    return None


def renew(lease: Launch, **progress: Any) -> None:
    """Renew the lease, as the first statement of a transaction. Raises LaunchLost."""
    ours = Launch.objects.filter(pk=lease.pk, ticket=lease.ticket)
    if not ours.update(lease_until=_lease_end(timezone.now()), **progress):
        raise LaunchLost


def release(lease: Launch) -> None:
    """Let another worker take the lease at once."""
    Launch.objects.filter(pk=lease.pk, ticket=lease.ticket).update(lease_until=timezone.now())


def complete(lease: Launch, **values: Any) -> None:
    """Make it a running send, in the transaction that renewed the lease."""
    Campaign.objects.filter(pk=lease.pk).finish_launch(**values)
    Launch.objects.filter(pk=lease.pk).delete()


def stop(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """Take the lease away, for a worker to revert the launch. Return whether there was one to stop."""
    launches = Launch.objects.filter(pk=campaign.pk, withdrawn="")
    return bool(launches.update(withdrawn=reason, withdrawn_by=by, ticket="", lease_until=now))


def revert(lease: Launch, reason: str) -> None:
    """Delete what was written and make the send a draft again, which shows the reason. Raises LaunchLost."""
    lease.withdrawn = lease.withdrawn or reason
    delete_messages(lease, withdrawn=lease.withdrawn)
    with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
        renew(lease)
        Campaign.objects.filter(pk=lease.pk).undo_launch(
            reason=lease.withdrawn, by=lease.withdrawn_by, now=timezone.now()
        )
        Launch.objects.filter(pk=lease.pk).delete()
        if lease.goes_on and lease.withdrawn_by is None:  # stopping it by hand has an entry of its own
            changes = {"status_reason": ["", lease.withdrawn]}
            audit.record(lease.campaign, Verb.LAUNCH_TAKEN_BACK, None, changes)


def delete_messages(lease: Launch, **progress: Any) -> None:
    """Delete the messages written so far, page by page. Raises LaunchLost."""
    messages = Message.objects.filter(campaign=lease.pk).order_by()
    found = True
    while found:
        with write_lock(LOCK_WAIT_SECONDS), without_fsync():
            renew(lease, **progress)
            pks = list(messages.values_list("pk", flat=True)[:PAGE_SIZE])
            # Without looking for rows that refer to them: there are none before the launch is complete.
            Message.objects.filter(pk__in=pks)._raw_delete(messages.db)
            # Only at the end, so that after a crash the next holder of the lease deletes the rest.
            if not (found := bool(pks)):
                renew(lease, written=0)
        failpoints.reach(failpoints.ROWS_CLEARED)


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=min(LONGEST_LEASE_SECONDS, settings.SENDER_LEASE_SECONDS))
