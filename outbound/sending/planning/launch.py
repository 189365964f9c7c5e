"""Launches a draft: writes one message for each person, all of them or none."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from outbound import audit, failpoints
from outbound.audit import Verb
from outbound.db.sql import without_fsync
from outbound.db.sqlite_write_lock import write_lock
from outbound.models import Campaign, Launch, Template
from outbound.reports import outdated_days
from outbound.sending.planning import audience, bulk_insert, launch_lease
from outbound.sending.planning.launch_lease import LOCK_WAIT_SECONDS, AlreadyLaunched, LaunchLost
from outbound.sending.planning.message_rows import MessageRows
from outbound.sending.planning.messages import PlannedMessage, planned_batches
from outbound.sending.planning.plan import PlanDigest
from outbound.sending.planning.validation import ValidDraft, validate

__all__ = ["AlreadyLaunched", "Launched", "LaunchLost", "PlanChanged", "carry_out", "is_large", "launch"]

# A launch of more people than this has many short transactions and is left to the worker.
LARGE = 1000
# The database is unreachable or busy; its other errors are about the data.
UNREACHABLE = (OperationalError, InterfaceError)
# Stored as English msgids and translated when they are shown.
CHANGED = gettext_noop("It was not sent: something changed since its review. Please review it once more.")
FAILED = gettext_noop("It was not sent: preparing it failed. The log says why.")


class PlanChanged(Exception):
    """The draft, or a person on its list, is not as it was when it was reviewed."""


class Written:
    """What was written so far: the digest, how many messages are queued, and how many skipped by reason."""

    def __init__(self, draft: ValidDraft) -> None:
        self.digest = PlanDigest(draft)
        self.queued = 0
        self.skipped: Counter[str] = Counter()

    def count(self, messages: Iterable[PlannedMessage]) -> Iterator[PlannedMessage]:
        """Yield the messages and count them."""
        for message in messages:
            self.digest.add(message)
            if message.reason:
                self.skipped[message.reason.value] += 1
            else:
                self.queued += 1
            yield message


@dataclass(frozen=True)
class Launched:
    """A send that was launched: how many messages are queued, and how many skipped for each reason."""

    campaign: Campaign
    queued: int
    skipped: Counter[str]


def is_large(campaign: Campaign) -> bool:
    """Say whether a launch takes too long for one transaction and for one request."""
    return audience.max_size(campaign) > LARGE


def launch_in_background(
    campaign: Campaign, *, by: User | None, now: datetime, expected: str, people: int | None = None
) -> Launch:
    """Leave the launch of a draft to the worker. Raises AlreadyLaunched.

    `people` is how many get a message by the plan that was reviewed; None counts all on the list.
    """
    planned = audience.max_size(campaign)
    with transaction.atomic():
        lease = launch_lease.begin(campaign, by=by, now=now, expected=expected, planned=planned, goes_on=True)
        _record(campaign, by, planned if people is None else people)
    return lease


def launch(campaign: Campaign, *, by: User | None, now: datetime, expected: str | None = None) -> Launched:
    """Queue the messages of a draft. Of any number of calls exactly one writes them.

    `expected` is the digest of the plan that was reviewed; None launches whatever the plan is now.
    Raises AlreadyLaunched in all other calls, PlanChanged where the digest differs or a person was sent
    the same again meanwhile, and ValidationError as `validate` does.
    """
    planned = audience.max_size(campaign)
    with nullcontext() if planned > LARGE else transaction.atomic():
        lease = launch_lease.begin(
            campaign, by=by, now=now, expected=expected, planned=planned, goes_on=False
        )
        return carry_out(lease, now)


def carry_out(lease: Launch, now: datetime, stop: threading.Event | None = None) -> Launched:
    """Write the messages of a launch whose lease is ours and complete it, or revert it and raise why.

    Raises as `launch` does, and LaunchLost where the lease is lost or `stop` is set between two batches.
    Where the database is unreachable, the launch of a worker is left to the next worker.
    """
    try:
        return _carry_out(lease, now, stop or threading.Event())
    except LaunchLost:
        raise
    except IntegrityError as error:
        # Another draft repeated the same message of an earlier send first.
        launch_lease.revert(lease, CHANGED)
        raise PlanChanged from error
    except (PlanChanged, ValidationError):
        launch_lease.revert(lease, CHANGED)
        raise
    except BaseException as error:
        if not (lease.goes_on and isinstance(error, UNREACHABLE)):
            with suppress(Error, LaunchLost):  # otherwise the worker reverts it when the lease has expired
                launch_lease.revert(lease, FAILED)
        raise


def _carry_out(lease: Launch, now: datetime, stop: threading.Event) -> Launched:
    if lease.written:
        launch_lease.delete_messages(lease)  # of an earlier holder of the lease
    draft = validate(lease.campaign, now)
    written = _write_messages(lease, draft, stop)
    _complete(lease, draft, written)
    draft.campaign.refresh_from_db()
    return Launched(draft.campaign, written.queued, written.skipped)


def _write_messages(lease: Launch, draft: ValidDraft, stop: threading.Event) -> Written:
    """Write everybody's message, a transaction for each batch. Raises PlanChanged or ValidationError."""
    rows, written = MessageRows(draft), Written(draft)
    for batch in planned_batches(draft):
        _insert(lease, bulk_insert.prepared(rows.of(written.count(batch))), written)
        failpoints.reach(failpoints.ROWS_WRITTEN)
        if stop.is_set():
            launch_lease.release(lease)
            raise LaunchLost
    if lease.expected and str(written.digest) != lease.expected:
        raise PlanChanged
    if not written.queued:
        raise ValidationError({"recipients": [_nobody_goes()]})
    return written


def _insert(lease: Launch, rows: Iterable[bulk_insert.Row], written: Written) -> None:
    with write_lock(LOCK_WAIT_SECONDS), without_fsync():
        launch_lease.renew(lease, written=max(1, written.queued + written.skipped.total()))
        bulk_insert.insert(rows)


def _complete(lease: Launch, draft: ValidDraft, written: Written) -> None:
    campaign = draft.campaign
    body = campaign.template.body if campaign.template else ""
    with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
        launch_lease.renew(lease)
        _refuse_paused_template(campaign)
        launch_lease.complete(lease, launched_at=draft.now, template_body=body, not_after=draft.not_after)
        outdated_days.mark([draft.now], timezone.now())
        if not lease.goes_on:  # `launch_in_background` recorded the others
            _record(campaign, campaign.launched_by, written.queued)


def _refuse_paused_template(campaign: Campaign) -> None:
    """Raise PlanChanged if the template is paused, and keep it from being paused before the commit."""
    template = Template.objects.select_for_update(no_key=True).filter(campaigns=campaign).first()
    if template and template.paused_at:
        raise PlanChanged


def _record(campaign: Campaign, by: User | None, people: int) -> None:
    values = {"integration": str(campaign.integration), "template": str(campaign.template or "")}
    if campaign.restart_contact:
        values["restart_contact"] = "True"
    changes = {name: ["", value] for name, value in values.items() if value}
    audit.record(campaign, Verb.SEND_LAUNCHED, by, changes, people=people)


def _nobody_goes() -> ValidationError:
    return ValidationError(
        _("Nobody on the list can get this message; the review says why for each person."), code="nobody_goes"
    )
