"""From draft to queue: one message row per person, all of them or none."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from outbound import audit, failpoints
from outbound.audit import Verb
from outbound.db.sql import without_fsync
from outbound.db.sqlite_write_lock import write_lock
from outbound.gateways import gateway
from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Launch, Message, Recipient, Template
from outbound.reports import outdated_days
from outbound.sending.planning import audience, bulk_insert, launch_lease, validation
from outbound.sending.planning.launch_lease import LOCK_WAIT_SECONDS, AlreadyLaunched, LaunchLost
from outbound.sending.planning.plan import Planned, Walk

__all__ = ["AlreadyLaunched", "Launched", "LaunchLost", "PlanChanged", "begin", "is_large", "launch", "write"]

# Up to so many people a launch is one transaction, which ends with the request.
LARGE = 1000
# With the longest prefix, two hyphens and the five digits of the highest attempt number there can be,
# it fills the 40 characters of the column.
RANDOM_LENGTH, IDS_AT_ONCE = 17, 250
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"  # no letters that are read wrongly over the phone
_LETTERS = _ALPHABET * (256 // len(_ALPHABET))
# The database is not there, or busy. Whatever else it says is about a value of ours.
AWAY = (OperationalError, InterfaceError)
# Stored in English as msgids, and translated when they are shown.
CHANGED = gettext_noop("It was not sent: something changed since its review. Please review it once more.")
FAILED = gettext_noop("It was not sent: preparing it failed. The log says why.")


class PlanChanged(Exception):
    """The draft, or somebody on its list, is no longer what was looked at."""


@dataclass(frozen=True)
class Launched:
    """What was written: how many were queued, and how many were left out for which reason."""

    campaign: Campaign
    queued: int
    skipped: Counter[str]


def is_large(campaign: Campaign) -> bool:
    """Whether a launch is too long for one transaction, and for somebody to wait for."""
    return _size(campaign) > LARGE


def begin(
    campaign: Campaign, *, by: User | None, now: datetime, expected: str, people: int | None = None
) -> Launch:
    """Leave the launch of a draft to the workers, which end it or take it back. Raises AlreadyLaunched.

    `people` is how many get a message by the plan that was looked at; without it, all on the list count.
    """
    planned = _size(campaign)
    with transaction.atomic():
        held = launch_lease.begin(campaign, by=by, now=now, expected=expected, planned=planned, goes_on=True)
        _record(campaign, by, planned if people is None else people)
    return held


def launch(
    campaign: Campaign,
    *,
    by: User | None,
    now: datetime,
    expected: str | None = None,
    then: Callable[[], object] = lambda: None,
) -> Launched:
    """Queue a draft. Call it once or a hundred times: exactly one call writes the messages.

    `expected` is the digest of the plan that was looked at; None launches whatever the plan is now.
    Raises AlreadyLaunched for every call but that one, PlanChanged where the digest is another or
    somebody was sent the same again meanwhile, and ValidationError as `plan` does. `then` is called in
    the transaction that makes it a running send.
    """
    planned = _size(campaign)
    with nullcontext() if planned > LARGE else transaction.atomic():
        held = launch_lease.begin(campaign, by=by, now=now, expected=expected, planned=planned, goes_on=False)
        return write(held, now, then)


def write(
    held: Launch,
    now: datetime,
    then: Callable[[], object] = lambda: None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Launched:
    """Write the rows of a launch that is ours, and let it go; or take it back, and raise why.

    Raises as `launch` does, and LaunchLost where it is ours no more, or `may_go_on` says no between two
    chunks. Where the database fails, a launch that goes on is left for the next who takes it.
    """
    try:
        return _write(held, now, then, may_go_on)
    except LaunchLost:
        raise
    except IntegrityError as error:
        # The old message of a person has its one follower already: another draft was faster.
        launch_lease.take_back(held, CHANGED)
        raise PlanChanged from error
    except (PlanChanged, ValidationError):
        launch_lease.take_back(held, CHANGED)
        raise
    except BaseException as error:
        if not (held.goes_on and isinstance(error, AWAY)):
            with suppress(Error, LaunchLost):  # or a worker takes it back, when the lease is over
                launch_lease.take_back(held, FAILED)
        raise


def new_external_id(prefix: str) -> str:
    """Return an id that no other message has: the operator's prefix and 85 random bits."""
    return next(new_external_ids(prefix))


def new_external_ids(prefix: str) -> Iterator[str]:
    """Yield such ids. The system is asked for the randomness of many at once: each time costs as much."""
    before = f"{prefix}-" if prefix else ""
    while True:
        # 32 letters divide 256, so each is as likely as any other.
        letters = secrets.token_bytes(RANDOM_LENGTH * IDS_AT_ONCE).translate(_LETTERS).decode()
        for start in range(0, len(letters), RANDOM_LENGTH):
            yield before + letters[start : start + RANDOM_LENGTH]


def _record(campaign: Campaign, by: User | None, people: int) -> None:
    """Write down who launched a send, and what the audit log tells of it beside how many it goes to."""
    told = {"integration": str(campaign.integration), "template": str(campaign.template or "")}
    if campaign.restart_contact:
        told["restart_contact"] = "True"
    changes = {name: ["", value] for name, value in told.items() if value}
    audit.record(campaign, Verb.SEND_LAUNCHED, by, changes, people=people)


def _size(campaign: Campaign) -> int:
    picked = campaign.recipients.all() if campaign.pk else Recipient.objects.none()
    return audience.size(picked, campaign.numbers)


def _write(
    held: Launch, now: datetime, then: Callable[[], object], may_go_on: Callable[[], bool]
) -> Launched:
    campaign = held.campaign
    if held.written:
        launch_lease.clear(held)  # of whoever had it before us
    walk = Walk(campaign, now)
    starts_at, not_after = validation.window(campaign, now)
    written: Counter[str] = Counter()
    chunks = (bulk_insert.made(_rows(campaign, chunk, now, starts_at, written)) for chunk in walk.chunks())
    while _insert_some(held, chunks, written):
        failpoints.reach(failpoints.ROWS_WRITTEN)
        if not may_go_on():
            launch_lease.give_up(held)
            raise LaunchLost
    if held.expected and walk.digest != held.expected:
        raise PlanChanged
    queued = written.pop("", 0)
    if not queued:
        raise ValidationError({"recipients": [_nobody_goes()]})
    body = campaign.template.body if campaign.template else ""
    with write_lock(LOCK_WAIT_SECONDS), transaction.atomic():
        launch_lease.keep(held)
        _refuse_paused(campaign)
        launch_lease.let_go(held, launched_at=now, template_body=body, not_after=not_after)
        outdated_days.mark([now], timezone.now())
        if not held.goes_on:  # of one that goes on, whoever began it left the entry
            _record(campaign, campaign.launched_by, queued)
        then()
    campaign.refresh_from_db()
    return Launched(campaign, queued, written)


def _insert_some(held: Launch, chunks: Iterator[Iterable[bulk_insert.Row]], written: Counter[str]) -> bool:
    """Insert the next chunks in one transaction; return whether there were any."""
    first = next(chunks, None)
    if first is None:
        return False
    with write_lock(LOCK_WAIT_SECONDS), without_fsync():
        launch_lease.keep(held, written=max(1, sum(written.values())))
        for chunk in chain([first], islice(chunks, bulk_insert.CHUNKS_AT_ONCE[connection.vendor] - 1)):
            bulk_insert.insert(chunk)
    return True


def _refuse_paused(campaign: Campaign) -> None:
    """Notice a pause of the template that came meanwhile, and let none come before the commit."""
    held = Template.objects.select_for_update(no_key=True).filter(campaigns=campaign).first()
    if held and held.paused_at:
        raise PlanChanged


def _rows(
    campaign: Campaign, people: Iterator[Planned], now: datetime, starts_at: datetime, written: Counter[str]
) -> Iterator[bulk_insert.Row]:
    """Write each person's row, and count in `written` the reasons; that of who goes is empty."""
    common = {
        "campaign": campaign,
        "integration": campaign.integration,
        "created_at": now,
        "status_changed_at": now,
    }
    queued = bulk_insert.alike(Message(status=MessageStatus.QUEUED, due_at=starts_at, **common))
    skipped = bulk_insert.alike(Message(status=MessageStatus.SKIPPED, **common))
    ids = new_external_ids(campaign.external_id_prefix)
    for one in people:
        who = (one.person.recipient_id, one.person.phone.e164, one.person.phone.key)
        if one.reason:
            written[one.reason.value] += 1
            yield (*who, one.reason.value, one.detail, "", None, None, *skipped)
        else:
            written[""] += 1
            external_id = next(ids)
            body = gateway.add_external_id(one.text, external_id)
            yield (*who, "", "", body, external_id, one.resend_of, *queued)


def _nobody_goes() -> ValidationError:
    return ValidationError(
        _("Nobody on the list can get this message; the review says why for each person."), code="nobody_goes"
    )
